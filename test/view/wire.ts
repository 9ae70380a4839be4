/** Messages between the page and the test as text: typed arrays keep their type. */

const kinds = { Uint8Array, Int8Array, Uint32Array, Float32Array, Float64Array };
type Kind = keyof typeof kinds;

export const encode = (message: unknown): string =>
  JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value))
      return typeof value === 'number' && !Number.isFinite(value) ? special(value) : value;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return { array: Buffer.isBuffer(value) ? 'Uint8Array' : value.constructor.name, bytes };
  });

/** Structured clone carries these; JSON does not. */
const special = (value: number): object => ({ number: String(value) });

export const decode = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { array, bytes, number } = value as { array?: Kind; bytes?: string; number?: string };
    if (number !== undefined) return Number(number);
    if (array === undefined || bytes === undefined) return value;
    const buffer = Uint8Array.from(Buffer.from(bytes, 'base64')).buffer;
    return new kinds[array](buffer);
  });

/** The same two functions, and the editor's API on top of them, for the page. Runs there before every other script. */
export const pageSide = (kept: unknown): void => {
  const page = window as unknown as Record<string, unknown>;
  const special = (value: number): object => ({ number: String(value) });
  const encodeInPage = (message: unknown): string =>
    JSON.stringify(message, (_, value: unknown) => {
      if (!ArrayBuffer.isView(value))
        return typeof value === 'number' && !Number.isFinite(value) ? special(value) : value;
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return { array: value.constructor.name, bytes: btoa(text) };
    });
  const arrays: Record<string, new (buffer: ArrayBuffer) => unknown> = {
    Uint8Array,
    Int8Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  };
  page['fromHost'] = (text: string): void => {
    const message: unknown = JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      const { array, bytes, number } = value as { array?: string; bytes?: string; number?: string };
      if (number !== undefined) return Number(number);
      if (array === undefined || bytes === undefined) return value;
      return new arrays[array](Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)).buffer);
    });
    window.dispatchEvent(new MessageEvent('message', { data: message }));
  };
  page['acquireVsCodeApi'] = () => {
    let state = kept;
    return {
      postMessage: (message: unknown) => {
        (page['toHost'] as (text: string) => void)(encodeInPage(message));
      },
      getState: () => state,
      setState: (next: unknown) => {
        state = next;
        page['keptState'] = next;
      },
    };
  };
};
