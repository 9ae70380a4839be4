/**
 * Every sentence of the file formats, with its code. `file` is the name the person knows the file by. Long, because it
 * is a list: one entry for each way in which a file can be wrong.
 */
import { quote, SparseError } from '../core/errors';

const error = (code: string, message: string, details?: Record<string, unknown>): SparseError =>
  new SparseError(code, message, details);

const rewrite = 'Write or download the file again.';

/** A byte count for people, exact below 10 kB. */
const formatBytes = (bytes: number): string => {
  if (bytes < 10_000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};

/** The operating system's code of a failed call (`ENOSPC`), or undefined. */
export const systemCode = (cause: unknown): string | undefined => {
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** `EMFILE` and `ENFILE`, whatever was opened: of the machine's making, not of this program's. Undefined of anything else. */
export const tooManyOpen = (cause: unknown, file?: string): SparseError | undefined => {
  const code = systemCode(cause);
  if (code !== 'EMFILE' && code !== 'ENFILE') return undefined;
  const path = file ?? (cause as { path?: unknown }).path;
  return error(
    'file.too-many-open',
    `${typeof path === 'string' ? path : 'A file'} could not be opened: ${code === 'EMFILE' ? 'this process' : 'this machine'} has as many open as it may. ` +
      'Allow more (`ulimit -n 1024`), or close other programs, and try again.',
  );
};

const linkLoop = (path: string, what: string, remedy: string): SparseError =>
  error('file.link-loop', `${path} ${what}: its links lead back to themselves. ${remedy}`);

/** What `open`, `stat` or `read` of `file` said, as a sentence; an error of ours passes unchanged. */
export const cannotRead = (file: string, cause: unknown): SparseError => {
  if (cause instanceof SparseError) return cause;
  const code = systemCode(cause) ?? String(cause);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return error('file.not-found', `${file} is not there. Check the path.`);
    case 'EACCES':
    case 'EPERM':
      return error('file.not-readable', `${file} may not be read. Give yourself permission to read it.`);
    case 'EISDIR':
      return notAFile(file);
    case 'ELOOP':
      return linkLoop(file, 'is not there', 'Check where they lead.');
    case 'ENAMETOOLONG':
      return error('file.name-too-long', `${file} is not there: no name is so long on this disk. Check the path.`);
    default:
      return tooManyOpen(cause, file) ?? error('file.read-failed', `${file} could not be read (${code}). Try again.`);
  }
};

/** What writing `file` said, as a sentence; an error of ours passes unchanged. Nothing of the file was changed. */
export const cannotWrite = (file: string, cause: unknown): SparseError => {
  if (cause instanceof SparseError) return cause;
  const code = systemCode(cause) ?? String(cause);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return error('file.disk-full', `The disk is full: ${file} was not written. Free some space and try again.`);
    case 'EROFS':
      return error('file.read-only', `${file} is on a read-only disk and was not written. Choose another folder.`);
    case 'EACCES':
    case 'EPERM':
      return error(
        'file.not-writable',
        `${file} may not be written. Give yourself permission to write there, or choose another folder.`,
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return error('file.no-folder', `The folder of ${file} is not there. Create it, or choose another one.`);
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return error(
        'file.in-the-way',
        `${file} was not written: something else of that name is in the way. Rename one.`,
      );
    case 'ENAMETOOLONG':
      return error('file.name-too-long', `${file} was not written: the name is too long. Choose a shorter one.`);
    case 'ELOOP':
      return linkLoop(file, 'was not written', 'Choose another path.');
    default:
      return (
        tooManyOpen(cause, file) ?? error('file.write-failed', `${file} could not be written (${code}). Try again.`)
      );
  }
};

/** What a folder was to be made of, or to lie under, is a file. */
export const fileInTheWay = (path: string): SparseError =>
  error('file.in-the-way', `${path} is not a folder, and one is needed there. Rename it, or choose another folder.`);

export const notAFile = (file: string): SparseError =>
  error('file.not-a-file', `${file} is not a file. Choose a file.`);

export const notReplaceable = (file: string): SparseError =>
  error(
    'file.not-replaceable',
    `${file} was not written: a device, a pipe or a link to nowhere is there, not a file. Choose another name.`,
  );

export const readOutside = (file: string, offset: number, length: number, size: number): SparseError =>
  error('file.read-outside', `${file}: bytes ${offset} to ${offset + length} were asked for, but it has ${size}.`);

export const readTooLarge = (file: string, length: number, limit: number): SparseError =>
  error(
    'file.read-too-large',
    `${file}: ${formatBytes(length)} at once is more than the limit of ${formatBytes(limit)}. Read a smaller range.`,
  );

export const fileShrank = (file: string): SparseError =>
  error('file.shrank', `${file} became shorter while it was read. Wait until it is written, then open it again.`);

const safetensors = (kind: string, file: string, what: string, todo = rewrite): SparseError =>
  error(`safetensors.${kind}`, `${file}: ${what} ${todo}`);

export const tooShort = (file: string, size: number): SparseError =>
  safetensors('too-short', file, `a safetensors file has at least 10 bytes, this one has ${size}.`);

/** What torch.save writes: a zip archive, or before torch 1.6 a pickle. */
export const pickledTensors = (file: string): SparseError =>
  safetensors(
    'pickled',
    file,
    'this is a file of torch.save, not a safetensors file.',
    'Save the state_dict by safetensors.torch.save_file, and open what that writes.',
  );

export const headerBeyondFile = (file: string, length: bigint, size: number): SparseError =>
  safetensors(
    'header-beyond-file',
    file,
    `the header claims ${length} bytes, but the file has only ${size}; it is cut off or not a safetensors file.`,
  );

export const headerTooLarge = (file: string, length: bigint, limit: number): SparseError =>
  safetensors(
    'header-too-large',
    file,
    `the header claims ${formatBytes(Number(length))}, more than the limit of ${formatBytes(limit)}.`,
    'Split the file into parts with fewer tensors.',
  );

export const tensorsChanged = (file: string): SparseError =>
  safetensors(
    'changed',
    file,
    'its tensors are not those that were written: their SHA-256 is not that in the metadata.',
    'Restore it from a copy, or delete it.',
  );

export const headerNotText = (file: string): SparseError =>
  safetensors('header-not-text', file, 'the header is not valid UTF-8; it is damaged or not a safetensors file.');

export const headerSyntax = (file: string, position: number, expected: string, found: string): SparseError =>
  safetensors(
    'header-syntax',
    file,
    `the header has ${found === '' ? 'its end' : quote(found)} at character ${position} where ${expected} was expected.`,
  );

export const metadataNotStrings = (file: string, key: string): SparseError =>
  safetensors('metadata-not-strings', file, `"__metadata__" must map strings to strings, ${quote(key)} does not.`);

export const duplicateKey = (file: string, key: string, within: string): SparseError =>
  safetensors('duplicate-name', file, `the name ${quote(key)} appears twice in ${within}.`);

const tensor = (kind: string, file: string, name: string, what: string, todo = rewrite): SparseError =>
  error(`safetensors.${kind}`, `${file}: tensor ${quote(name)} ${what} ${todo}`, { tensor: name });

export const duplicateField = (file: string, name: string, field: string): SparseError =>
  tensor('duplicate-name', file, name, `has ${field} twice.`);

export const unknownField = (file: string, name: string, field: string): SparseError =>
  tensor('unknown-field', file, name, `has ${quote(field)}; only dtype, shape and data_offsets are known.`);

export const missingField = (file: string, name: string, field: string): SparseError =>
  tensor('missing-field', file, name, `has no ${field}.`);

export const badDtype = (file: string, name: string, dtype: string, known: readonly string[]): SparseError =>
  tensor('bad-dtype', file, name, `has the unknown dtype ${quote(dtype)}; known are ${known.join(', ')}.`);

export const badNumber = (file: string, name: string, field: string, found: string): SparseError =>
  tensor(
    'bad-number',
    file,
    name,
    `has ${quote(found)} in ${field} where a whole number from 0 to 2^53-1 was expected.`,
  );

export const tooManyAxes = (file: string, name: string, limit: number): SparseError =>
  tensor('too-many-axes', file, name, `has more than ${limit} axes.`);

export const shapeOverflow = (file: string, name: string, shape: readonly number[]): SparseError =>
  tensor('shape-overflow', file, name, `of shape (${shape.join(', ')}) has more bytes than can be counted.`);

export const badOffsets = (file: string, name: string, found: string): SparseError =>
  tensor('bad-offsets', file, name, `has data_offsets ${found} where [begin, end] was expected.`);

export const offsetsOutside = (file: string, name: string, end: number, data: number): SparseError =>
  tensor(
    'offsets-outside',
    file,
    name,
    `ends at byte ${end} of the data, but the file has only ${data}; it is cut off.`,
  );

export const sizeMismatch = (file: string, name: string, bytes: number, needed: number): SparseError =>
  tensor('size-mismatch', file, name, `holds ${bytes} bytes, but its dtype and shape need ${needed}.`);

export const overlap = (file: string, name: string, other: string): SparseError =>
  tensor('overlap', file, name, `overlaps tensor ${quote(other)}.`);

export const hole = (file: string, name: string, bytes: number): SparseError =>
  tensor('hole', file, name, `comes after ${bytes} bytes that belong to no tensor.`);

export const trailingBytes = (file: string, bytes: number): SparseError =>
  safetensors('trailing-bytes', file, `${formatBytes(bytes)} after the last tensor belong to no tensor.`);

export const notDecodable = (file: string, name: string, dtype: string): SparseError =>
  tensor(
    'not-decodable',
    file,
    name,
    `has dtype ${dtype}, which can be listed but not shown.`,
    'Convert it to F32 first.',
  );

export const elementsOutside = (file: string, name: string, start: number, end: number, count: number): SparseError =>
  tensor('elements-outside', file, name, `has ${count} elements; ${start} to ${end} were asked for.`, 'Ask for fewer.');

export const cannotWriteTensor = (name: string, what: string): SparseError =>
  error('safetensors.bad-tensor', `Tensor ${quote(name)} cannot be written: ${what}.`, { tensor: name });

export const noSuchTensor = (file: string, name: string): SparseError =>
  error('safetensors.unknown-tensor', `${file} has no tensor ${quote(name)}. Choose one of its list.`);

/** `found`: what there is of the memory; undefined when there is nothing. */
export const sharedMemory = (file: string, name: string, found: string | undefined): SparseError =>
  error(
    'safetensors.shared-memory',
    `${file} says that its weights are shared, but ${found === undefined ? `has no tensor ${quote(name)}` : `its tensor ${quote(name)} is ${found}`}; ` +
      'F32 of one axis was expected. Write the file again.',
  );

export const tileOutside = (name: string, rows: number, columns: number): SparseError =>
  error(
    'tiles.outside',
    `Tensor ${quote(name)}: the tile is not inside the ${rows} x ${columns} matrix. Ask for less.`,
  );

export const tileTooLarge = (name: string, bytes: number, limit: number): SparseError =>
  error(
    'tiles.too-large',
    `Tensor ${quote(name)}: a tile of ${bytes} bytes is over the limit of ${limit}. Ask for less.`,
  );

const idx = (kind: string, file: string, what: string, todo = rewrite): SparseError =>
  error(`idx.${kind}`, `${file}: ${what} ${todo}`);

export const idxBadMagic = (file: string, found: string): SparseError =>
  idx('bad-magic', file, `an IDX file begins with the bytes 00 00 08, this one with ${found}.`);

export const idxBadAxes = (file: string, axes: number, limit: number): SparseError =>
  idx('bad-axes', file, `the header claims ${axes} axes; 1 to ${limit} are possible.`);

export const idxTruncated = (file: string, size: number, needed: number): SparseError =>
  idx('truncated', file, `it has ${size} bytes, but its header needs ${needed}; it is cut off.`);

export const idxTrailing = (file: string, size: number, needed: number): SparseError =>
  idx('trailing-bytes', file, `it has ${size} bytes, but its header accounts for only ${needed}.`);

export const idxOverflow = (file: string, shape: readonly number[]): SparseError =>
  idx('shape-overflow', file, `its shape (${shape.join(', ')}) has more bytes than can be counted.`);

export const idxCannotWrite = (shape: readonly number[], bytes: number): SparseError =>
  error('idx.bad-shape', `An IDX file of shape (${shape.join(', ')}) cannot be made of ${bytes} bytes.`);

export const cifarBadSize = (set: string, file: string, size: number, record: number): SparseError =>
  error(
    'cifar.bad-size',
    `${file}: a ${set} binary file is one or more records of ${record} bytes, this one has ${size} bytes; ` +
      `it is cut off or not the binary version. ${rewrite}`,
  );

/** `name`: which label. */
export const cifarBadLabel = (
  set: string,
  file: string,
  record: number,
  name: string,
  label: number,
  classes: number,
): SparseError =>
  error(
    'cifar.bad-label',
    `${file}: record ${record} has the ${name} ${label}; in ${set} they are 0 to ${classes - 1}. ${rewrite}`,
  );

export const gzipCorrupt = (file: string): SparseError =>
  error('gzip.corrupt', `${file}: the gzip data is damaged or cut off. ${rewrite}`);

export const gzipTooLarge = (file: string, limit: number): SparseError =>
  error(
    'gzip.too-large',
    `${file}: it unpacks to more than ${formatBytes(limit)}, more than such a file can have. ${rewrite}`,
  );

export const packedFormat = (file: string): SparseError =>
  error(
    'masks.not-masks',
    `${file}: its metadata does not say sparsescope.masks, version 1, as that of packed masks does. ${rewrite}`,
  );

export const packedShape = (file: string, tensor: string, found: string, expected: string): SparseError =>
  error(
    'masks.shape',
    `${file}: ${quote(tensor)} is ${found}; the packed mask of this layer is ${expected}. ${rewrite}`,
  );

export const packedBits = (file: string, tensor: string, row: number, columns: number): SparseError =>
  error(
    'masks.spare-bits',
    `${file}: row ${row} of ${quote(tensor)} has bits beyond its ${columns} columns, which packed masks leave at 0. ${rewrite}`,
  );

/** How a packed mask is described there: its tensor, and the shape that the metadata gives. */
export const packedForm = (tensor: string, shape: string | undefined): string =>
  `${tensor}, packed from ${shape === undefined ? 'a shape not given' : quote(shape)}`;
