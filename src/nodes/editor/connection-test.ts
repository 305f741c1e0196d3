import type { AddressField } from './address-field';
import { text } from './text';

/** Answer of `POST micropython/test`. */
interface TestResult {
  ok: boolean;
  info?: { platform?: string; machine?: string; release?: string };
  code?: string;
  message?: string;
}

/** Milliseconds. Node-RED itself gives up after 12 s. */
const ANSWER_LIMIT_MS = 20_000;

/** The Test button of the device's dialog: connects with what the dialog says now, and shows who answered. */
export class ConnectionTest {
  readonly #button = $('#micropython-test');
  readonly #result = $('#micropython-test-result');
  #request: JQuery.jqXHR | undefined;

  /** @param id of the config node: a deployed device is asked over the connection that it has */
  constructor(
    private readonly address: AddressField,
    private readonly id: string,
  ) {
    this.#button.on('click', () => this.#test());
  }

  /** The dialog closes: nobody waits for the answer. */
  close(): void {
    this.#request?.abort();
  }

  #test(): void {
    const { address } = this.address;
    if (address === '') return this.#show('problem', text('address.problem.blank'));
    this.#button.prop('disabled', true);
    this.#show('busy', text('test.running'));
    this.#request = $.ajax({
      url: 'micropython/test',
      method: 'POST',
      contentType: 'application/json',
      dataType: 'json',
      data: JSON.stringify({ address, baudRate: baudRate(), id: this.id, password: typedPassword() }),
      timeout: ANSWER_LIMIT_MS,
    })
      .done((result: TestResult) => this.#answer(result))
      .fail((request: JQuery.jqXHR) => this.#fail(request))
      .always(() => {
        this.#request = undefined;
        this.#button.prop('disabled', false);
      });
  }

  #answer({ ok, info, message, code }: TestResult): void {
    if (!ok) return this.#show('problem', message ?? code ?? '');
    const simulated = info?.platform === 'webassembly';
    const machine = simulated ? text('choice.sim') : info?.machine || info?.platform || 'MicroPython';
    this.#show('good', text('test.ok', { machine, release: info?.release ?? '' }).trim());
  }

  #fail(request: JQuery.jqXHR): void {
    const answer = request.responseJSON as TestResult | undefined;
    this.#show('problem', answer?.message ?? text('test.failed', { reason: request.statusText || request.status }));
  }

  #show(kind: 'busy' | 'good' | 'problem', words: string): void {
    const icon = { busy: 'fa-spinner fa-spin', good: 'fa-check', problem: 'fa-exclamation-triangle' }[kind];
    this.#result
      .attr('class', `micropython-result micropython-${kind}`)
      .empty()
      .append($('<i>', { class: `fa ${icon}` }), $('<span>').text(words));
  }
}

function baudRate(): number | undefined {
  const baud = Number($('#node-config-input-baudRate').val());
  return Number.isInteger(baud) && baud > 0 ? baud : undefined;
}

/** The password, unless it is the mark that stands for the stored one. */
function typedPassword(): string | undefined {
  const password = String($('#node-config-input-password').val() ?? '');
  return password === '' || password === '__PWRD__' ? undefined : password;
}
