/** What TensorFlow tells in its log only: which card it computes on, and which library of CUDA it did not find. */

export interface LoggedDevice {
  name: string;
  /** Bytes that TensorFlow may use. */
  memory?: number;
}

/** `Created device /job:.../device:GPU:0 with 14260 MB memory:  -> device: 0, name: Tesla T4, pci bus id: ...` */
const created = /Created device \S*GPU:\d+ with (\d+) MB memory:.*?name: ([^,\n]+)/;

export function deviceIn(log: string): LoggedDevice | undefined {
  const found = created.exec(log);
  return found ? { name: found[2].trim(), memory: Number(found[1]) * 2 ** 20 } : undefined;
}

/** `Could not load dynamic library 'libcudart.so.11.0'; dlerror: ...`, each once. */
export const librariesMissingIn = (log: string): string[] => [
  ...new Set([...log.matchAll(/Could not load dynamic library '([^']+)'/g)].map((found) => found[1])),
];
