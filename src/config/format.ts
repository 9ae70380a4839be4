export type ConfigFormat = 'yaml' | 'json';

/** By the file's name: `.json` is read strictly as JSON, everything else as YAML. */
export const configFormat = (path: string): ConfigFormat => (/\.json$/i.test(path) ? 'json' : 'yaml');
