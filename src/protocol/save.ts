/** A file that a webview hands to the host in parts, since no message is over 1 MiB. */
export interface SaveChunk {
  /** Suggested file name: `mlp7-eoi-3-fc1-mask.png`. */
  name: string;
  offset: number;
  bytes: Uint8Array;
  last: boolean;
}
