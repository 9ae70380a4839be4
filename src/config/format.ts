export type ConfigFormat = 'yaml' | 'json';

/** By the file's name: `.json` is read strictly as JSON, everything else as YAML. */
export const configFormat = (path: string): ConfigFormat => (/\.json$/i.test(path) ? 'json' : 'yaml');

/** No config is larger, in bytes as a file or in UTF-16 units as a text; a larger one is not read. */
export const maxConfigBytes = 1 << 20;
