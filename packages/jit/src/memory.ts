/** A memory that nobody tells, as in a browser. */
const UNKNOWN = 8e9;

/** Bytes of memory that this process may use, whatever uses them now. */
export function machineMemory(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  return os ? Math.min(os.totalmem(), process.constrainedMemory() || Infinity) : UNKNOWN;
}
