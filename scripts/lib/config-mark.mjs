/** Which config the results of a page are of: a mark beside them, so that a table does not outlive what it was made of. */
import { createHash } from 'node:crypto';

/** Of what a config says: lines of comments or nothing, and the ends of lines, do not count. @param {string} config Its text. */
export const configHash = (config) => {
  const said = config.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line));
  return createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 8);
};

/** Stands before the tables of an experiment. @param {string} config Its text. */
export const configMark = (config) => `<!-- config: ${configHash(config)} -->`;

/**
 * What is wrong where the results of an experiment on its page are not those of its config; undefined where they are.
 * @param {string} page Its text. @param {string} name @param {string} config Its text.
 */
export const staleResults = (page, name, config) =>
  page.replaceAll('\r', '').includes(`<!-- results: ${name} -->\n\n${configMark(config)}\n`)
    ? undefined
    : `The results of ${name} are not those of its config as it is; run npm run experiments -- ${name}, which writes them anew.`;
