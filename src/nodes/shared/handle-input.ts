import type { Node, NodeMessage, NodeMessageInFlow } from 'node-red';
import { asError, errorDetails } from './error-text';
import type { Job, Jobs } from './jobs';

export type Message = NodeMessageInFlow;
export type Send = (msg: NodeMessage) => void;

/** What a node does with one message. Ends by resolving, after its last `send`, or by rejecting. */
export type Work = (msg: Message, send: Send, job: Job) => Promise<void>;

/**
 * Node-RED's input contract, once for all nodes: every message ends in exactly one `done()` or `done(error)`.
 * Node-RED does not catch an asynchronous handler that rejects, and exits (its red.js, `unhandledRejection`).
 *
 *   msg --> work --> send … --> done()
 *             \--- throws ----> msg.errorDetails, done(error) --> Catch
 *
 * @param address of the device, for errors that name none
 */
export function handleInput(node: Node, jobs: Jobs, work: Work, address?: () => string | undefined): void {
  node.on('input', (msg, send, done) => {
    // Left by an earlier failure when a flow sends the caught message back.
    delete msg.errorDetails;
    const job = jobs.begin();
    const run = async () => work(msg, send, job);
    run()
      .then(
        () => {
          jobs.end(job);
          done();
        },
        (thrown: unknown) => {
          const error = asError(thrown);
          msg.errorDetails = errorDetails(error, address?.());
          jobs.end(job);
          done(error);
        },
      )
      // `done` copies the message for Catch and Complete nodes, which fails for a message that cannot be copied.
      .catch((thrown: unknown) => node.error(asError(thrown)));
  });
}
