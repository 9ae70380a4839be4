/** What `npm run bench` measures, and which of it is asked for. */
import { Failure } from './process.mjs';

/** In the order of the table: what is to be reached comes first. */
const topics = /** @type {const} */ ([
  ...['reached-eoi', 'reached-spectra', 'reached-steps', 'reached-density', 'reached-dense', 'reached-memory'],
  ...['core', 'kernels', 'methods', 'files', 'sharing', 'engine', 'editor'],
]);

/** @typedef {typeof topics[number]} BenchTopic */

/**
 * All, or with `--only a,b` those whose names begin so.
 * @param {readonly string[]} args
 * @returns {BenchTopic[]}
 */
export const chosenTopics = (args) => {
  if (args.length === 0) return [...topics];
  const beginnings = args[0] === '--only' && args.length === 2 ? args[1].split(',') : [];
  const unknown = beginnings.find((beginning) => !topics.some((topic) => topic.startsWith(beginning)));
  if (beginnings.length === 0 || unknown !== undefined)
    throw new Failure(
      `npm run bench -- --only TOPIC[,TOPIC...]: expected beginnings of ${topics.join(', ')}, got "${args.join(' ')}".`,
    );
  return topics.filter((topic) => beginnings.some((beginning) => topic.startsWith(beginning)));
};
