import type { Node, NodeAPI } from 'node-red';
import { commandOptions, sourceText, type CommandConfig } from '../shared/command-node';
import { killOnRequest } from '../shared/kill';
import { evaluateText, isBlank } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';

export interface EvalConfig extends CommandConfig {
  /** Blank: `msg.expression`, else `msg.code`. */
  expression?: string;
  /** `str`: Python as written; else a typedInput's type that yields Python. */
  expressionType?: string;
}

/** Registers `micropython-eval`, which evaluates one expression to a value. */
export function registerEval(RED: NodeAPI): void {
  function construct(this: Node, config: EvalConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(
      RED,
      this,
      config.device,
      async (device, msg, send, job) => {
        const { expression: value, expressionType: type } = config;
        const own = isBlank(value)
          ? undefined
          : await evaluateText(RED, this, msg, { name: 'expression', value, type });
        const expression = sourceText(own, msg, isBlank(msg.expression) && !isBlank(msg.code) ? 'code' : 'expression');
        msg.payload = await device.eval(expression, await commandOptions(RED, this, config, msg, job));
        send(msg);
      },
      killOnRequest,
    );
  }

  RED.nodes.registerType('micropython-eval', construct);
}
