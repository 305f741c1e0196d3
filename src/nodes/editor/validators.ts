import { addressForm } from './address-form';
import { nameProblem } from './argument-name';
import type { ArgumentRow } from './argument-rows';
import { isEnv } from './env';
import { text } from './text';

// Validators of properties: `true`, or the reason in the language of the editor.
// Two parameters each: Node-RED shows a reason only then. An unset property is one of a flow from an older version.

export function validAddress(value: string | undefined, _options: object): Validity {
  const { problem } = addressForm(value ?? '');
  return problem ? text(`address.problem.${problem}`) : true;
}

export function validTimeout(value: string | number | undefined, _options: object): Validity {
  if (value === undefined || String(value).trim() === '' || isEnv(value)) return true;
  return Number(value) >= 0 ? true : text('problem.timeout');
}

/** A whole number from `least` on. Blank: the engine's default. */
export function wholeNumber(least: number) {
  return (value: string | number | undefined, _options: object): Validity => {
    if (value === undefined || String(value).trim() === '' || isEnv(value)) return true;
    return Number.isInteger(Number(value)) && Number(value) >= least ? true : text('problem.whole-number', { least });
  };
}

export function validArguments(rows: ArgumentRow[] | undefined, _options: object): Validity {
  const names = (rows ?? []).map((row) => row.name);
  for (const [index, row] of (rows ?? []).entries()) {
    const problem = nameProblem(row.name, names.slice(0, index));
    if (problem) return text(`problem.${problem}`, { name: row.name });
    const valid = RED.utils.validateTypedProperty(row.value, row.type, {});
    if (valid !== true) return `${row.name}: ${valid || text('problem.value')}`;
  }
  return true;
}

/** A typed value whose type stands in another property. Blank: the message has it. */
export function typedOrBlank<Property extends string>(typeProperty: Property) {
  return function (this: Record<Property, string>, value: string | undefined, options: object): Validity {
    if (value === undefined || value === '') return true;
    const shown = $(`#node-input-${typeProperty}`).val();
    const type = typeof shown === 'string' && shown !== '' ? shown : this[typeProperty] || 'str';
    const valid = RED.utils.validateTypedProperty(value, type, options);
    return valid === false ? text('problem.value') : valid;
  };
}
