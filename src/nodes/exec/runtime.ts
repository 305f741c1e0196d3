import type { Node, NodeAPI } from 'node-red';
import type { Device } from '../../lib/index';
import { commandOptions, sourceText, type CommandConfig } from '../shared/command-node';
import type { Message, Send } from '../shared/handle-input';
import { killOnRequest } from '../shared/kill';
import { LineSplitter, Sequence } from '../shared/line-messages';
import { runOnDevice } from '../shared/run-on-device';

export interface ExecConfig extends CommandConfig {
  /** Blank: `msg.code`. */
  code?: string;
  /** `collect`: one message with all text; `stream`: a message a line, while the code runs. */
  mode?: 'collect' | 'stream';
}

/** Registers `micropython-exec`, which runs statements. */
export function registerExec(RED: NodeAPI): void {
  function construct(this: Node, config: ExecConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(
      RED,
      this,
      config.device,
      async (device, msg, send, job) => {
        const code = sourceText(config.code, msg, 'code');
        const options = await commandOptions(RED, this, config, msg, job);
        if (config.mode === 'stream') return stream(RED, device, code, options, msg, send);
        const { output } = await device.exec(code, options);
        msg.payload = output;
        send(msg);
      },
      killOnRequest,
    );
  }

  RED.nodes.registerType('micropython-exec', construct);
}

type Options = Awaited<ReturnType<typeof commandOptions>>;

/**
 * A message for each line, sent when the line is complete; nothing is held back, for a line may be the last for hours.
 * The last message, with `complete`, comes when the code has ended and holds what followed the last line end: a partial
 * line, mostly the empty text. So the payloads joined by line ends are the output, as with Node-RED's own `file in`.
 */
async function stream(RED: NodeAPI, device: Device, code: string, options: Options, msg: Message, send: Send) {
  const lines = new LineSplitter();
  const messages = new Sequence(RED, msg, { type: 'string', ch: '\n' });
  await device.exec(code, {
    ...options,
    onOutput: (text) => {
      for (const line of lines.push(text)) send(messages.next(line));
    },
  });
  send(messages.last(lines.rest));
}
