/**
 * Which USB ids stand for MicroPython, and which for a chip that turns USB into a UART.
 *
 * Sources, by the letters used below:
 *   MP    MicroPython, `ports/<port>/mpconfigport.h` and `ports/<port>/boards/<board>/mpconfigboard.h`, MICROPY_HW_USB_VID and _PID
 *   RPI   raspberrypi/usb-pid, Readme.md: products under vendor 2e8a
 *   ESP   espressif/usb-pids, and ESP-IDF's "USB Serial/JTAG Controller Console"
 *   IDF   ESP-IDF, "Establish Serial Connection": bridges on boards by Espressif
 *   LNX   Linux, `drivers/usb/serial/{cp210x,ch341,ftdi_sio,pl2303}.c` and `drivers/usb/class/cdc-acm.c`
 */

/** What is behind a USB serial port. */
export interface UsbVerdict {
  /**
   * `native`: the device's own firmware speaks USB, so a receiver that does not read slows the sender down.
   * `bridge`: a chip turns USB into a UART, which loses what does not fit. `unknown`: could be either.
   */
  readonly kind: 'native' | 'bridge' | 'unknown';
  /** MicroPython, or CircuitPython, is what usually answers there. */
  readonly micropython: boolean;
  /** DTR and RTS of the port reach the reset circuit of an ESP board, or a stand-in for it. */
  readonly resetLines: boolean;
}

const MICROPYTHON: UsbVerdict = { kind: 'native', micropython: true, resetLines: false };
const MICROPYTHON_RESETTABLE: UsbVerdict = { kind: 'native', micropython: true, resetLines: true };
const NATIVE: UsbVerdict = { kind: 'native', micropython: false, resetLines: false };
/** A bridge that boards with MicroPython often carry. Other things do too. */
const BOARD_BRIDGE: UsbVerdict = { kind: 'bridge', micropython: true, resetLines: true };
const BRIDGE: UsbVerdict = { kind: 'bridge', micropython: false, resetLines: false };
const UNKNOWN: UsbVerdict = { kind: 'unknown', micropython: false, resetLines: false };

/** By vendor and product, then by vendor alone. Four hexadecimal digits in lower case. */
const TABLE: Readonly<Record<string, UsbVerdict>> = {
  // pyboard, and what the ports stm32, samd, mimxrt, nrf, renesas-ra and alif use by default. MP
  f055: MICROPYTHON,

  // Raspberry Pi. RPI
  '2e8a:0004': BRIDGE, // Picoprobe: the UART of the board under test
  '2e8a:0005': MICROPYTHON, // MP, ports/rp2: RP2040 and RP2350
  '2e8a:000b': MICROPYTHON, // CircuitPython
  '2e8a:000c': BRIDGE, // Debug Probe
  '2e8a:1002': MICROPYTHON, // Pimoroni Pico LiPo. MP
  '2e8a:101f': MICROPYTHON, // Waveshare RP2040-Zero. MP
  '2e8a:1020': MICROPYTHON, // Waveshare RP2040-Plus. MP
  '2e8a:1021': MICROPYTHON, // Waveshare RP2040-LCD-0.96. MP
  '2e8a:10ec': MICROPYTHON, // Soldered NULA Max RP2350. MP
  '2e8a:110a': MICROPYTHON, // Cytron NanoXRP. MP
  '2e8a': NATIVE, // other firmware on the same chips

  // Espressif. MP, ports/esp32/mpconfigport.h: 4000 plus a bit for each interface. ESP
  '303a:1001': MICROPYTHON_RESETTABLE, // USB Serial/JTAG of ESP32-C3, -C6, -H2, -S3: RTS resets the chip. ESP
  '303a:1002': BRIDGE, // ESP USB Bridge. ESP
  '303a:4001': MICROPYTHON,
  '303a:4003': MICROPYTHON,
  '303a:4005': MICROPYTHON,
  '303a:4007': MICROPYTHON,
  '303a:80d1': MICROPYTHON, // Unexpected Maker TinyS3, and its relatives below. MP
  '303a:80d4': MICROPYTHON,
  '303a:80d7': MICROPYTHON,
  '303a:817a': MICROPYTHON,
  '303a:81b1': MICROPYTHON,
  '303a:81fc': MICROPYTHON,
  '303a:81ff': MICROPYTHON,
  '303a:8225': MICROPYTHON,
  '303a': NATIVE,

  // Adafruit: Feather, ItsyBitsy, QT Py; CircuitPython boards of the same vendor. MP
  '239a': MICROPYTHON,

  // Arduino boards with MicroPython; the vendor's other ids are sketches, and Unos with a bridge. MP
  '2341:025a': MICROPYTHON, // Nano 33 BLE Sense
  '2341:025e': MICROPYTHON, // Nano RP2040 Connect
  '2341:0468': MICROPYTHON, // Portenta C33
  '2341:055b': MICROPYTHON, // Portenta H7
  '2341:055f': MICROPYTHON, // Nicla Vision
  '2341:0564': MICROPYTHON, // Opta
  '2341:0566': MICROPYTHON, // Giga
  '2341:056b': MICROPYTHON, // Nano ESP32

  // SparkFun: Thing Plus, Pro Micro, IoT boards, XRP. MP
  '1b4f:0025': MICROPYTHON,
  '1b4f:0026': MICROPYTHON,
  '1b4f:0038': MICROPYTHON,
  '1b4f:0039': MICROPYTHON,
  '1b4f:0044': MICROPYTHON,
  '1b4f:0046': MICROPYTHON,
  '1b4f:0047': MICROPYTHON,

  // Single boards. MP
  '1209:f502': MICROPYTHON, // Silicognition RP2040-Shim
  '15ba:0046': MICROPYTHON, // Olimex RT1010
  '16d0:08c7': MICROPYTHON, // Pimoroni Tiny 2040
  '1ffb:2043': MICROPYTHON, // Pololu 3pi+ 2040
  '1ffb:2044': MICROPYTHON, // Pololu Zumo 2040
  '2886:0045': MICROPYTHON, // Seeed XIAO nRF52
  '37c5': MICROPYTHON, // OpenMV

  // Silicon Labs CP210x: ESP32-DevKitC and its copies. LNX, IDF
  '10c4': BOARD_BRIDGE,
  // WCH CH340, CH341, CH343, CH9102: NodeMCU, Wemos, M5Stack. LNX
  '1a86:5523': BOARD_BRIDGE,
  '1a86:55d3': BOARD_BRIDGE,
  '1a86:55d4': BOARD_BRIDGE,
  '1a86:7522': BOARD_BRIDGE,
  '1a86:7523': BOARD_BRIDGE,
  '1a86': BRIDGE,
  // FTDI: ESP-WROVER-KIT, ESP-Prog. LNX, IDF
  '0403:6001': BOARD_BRIDGE,
  '0403:6010': BOARD_BRIDGE,
  '0403:6014': BOARD_BRIDGE,
  '0403:6015': BOARD_BRIDGE,
  '0403': BRIDGE,
  // Prolific PL2303: cables for RS-232 more often than boards. LNX
  '067b': BRIDGE,
  // Arm DAPLink, the interface chip of the micro:bit; its reset follows a break, not DTR and RTS.
  '0d28:0204': { kind: 'bridge', micropython: true, resetLines: false },
};

/** What is known about a USB id. @param vendorId four hexadecimal digits, as in `2e8a`; likewise `productId` */
export function usbVerdict(vendorId: string | undefined, productId: string | undefined): UsbVerdict {
  if (!vendorId) return UNKNOWN;
  const vendor = vendorId.toLowerCase();
  return TABLE[`${vendor}:${productId?.toLowerCase()}`] ?? TABLE[vendor] ?? UNKNOWN;
}
