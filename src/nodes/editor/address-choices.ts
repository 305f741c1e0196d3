/** One entry of `GET micropython/ports`: a serial port of the computer that Node-RED runs on. */
export interface FoundPort {
  /** `/dev/ttyACM0`, `COM3`. */
  path: string;
  /** Four hex digits; absent when the port is not on USB, as are the other facts. */
  vendorId?: string;
  productId?: string;
  serialNumber?: string;
  manufacturer?: string;
  /** The USB ids belong to a board that runs MicroPython, or to its serial chip. */
  likelyMicroPython: boolean;
}

/** An address that the search offers. */
export interface AddressChoice {
  address: string;
  /** What it is: the manufacturer's name, or a key below `micropython.choice.` in the two general ones. */
  title?: string;
  titleKey?: 'auto' | 'sim' | 'unknown';
  /** Why to choose this one: a key below `micropython.choice.`, with the path for `id`. */
  detailKey: 'id' | 'path' | 'auto-detail' | 'sim-detail';
  path?: string;
  likely: boolean;
}

/**
 * Addresses to offer, most useful first: for each likely device its serial number, which follows it to any port, and its
 * path; then other ports; then the addresses that are always there.
 */
export function addressChoices(ports: readonly FoundPort[]): AddressChoice[] {
  const likely = ports.filter((port) => port.likelyMicroPython);
  const others = ports.filter((port) => !port.likelyMicroPython);
  const auto: AddressChoice = { address: 'auto', titleKey: 'auto', detailKey: 'auto-detail', likely: false };
  return [
    ...likely.flatMap((port) => choicesOf(port, ports)),
    // More than one likely device, and `auto` is an error.
    ...(likely.length === 1 ? [auto] : []),
    ...others.flatMap((port) => choicesOf(port, ports)),
    ...(likely.length === 0 ? [auto] : []),
    { address: 'sim:', titleKey: 'sim', detailKey: 'sim-detail', likely: false },
  ];
}

function choicesOf(port: FoundPort, all: readonly FoundPort[]): AddressChoice[] {
  const { path, serialNumber, likelyMicroPython: likely } = port;
  const title: Pick<AddressChoice, 'title' | 'titleKey'> = port.manufacturer
    ? { title: port.manufacturer }
    : port.vendorId
      ? { title: `USB ${port.vendorId}:${port.productId ?? '?'}` }
      : { titleKey: 'unknown' };
  const choices: AddressChoice[] = [{ address: path, ...title, detailKey: 'path', likely }];
  // Boards with several ports, and clones that all say "0001", share a serial number: it names none of them.
  const unique = serialNumber && all.filter((other) => other.serialNumber === serialNumber).length === 1;
  if (unique) choices.unshift({ address: `id:${serialNumber}`, ...title, detailKey: 'id', path, likely });
  return choices;
}
