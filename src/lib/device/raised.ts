import type { DeviceException } from '../errors';
import { toDeviceException, type DeviceExceptionContext } from '../python/traceback';
import type { TaskContext } from './task';

/** An OSError that gives a number without a name, as small firmware and the WebAssembly port print it. */
const BARE_ERRNO = /^OSError: (?:\[Errno )?\(?\d+/m;

/** The error for a command whose code raised. Numbers of errors differ between platforms, so that one is asked. */
export async function raised(
  stderr: Buffer,
  context: TaskContext,
  facts: Omit<DeviceExceptionContext, 'platform'>,
): Promise<DeviceException> {
  const text = stderr.toString();
  const platform = BARE_ERRNO.test(text) ? await context.platform() : undefined;
  return toDeviceException(text, { ...facts, platform });
}
