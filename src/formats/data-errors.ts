/** The sentences about files of examples that are a person's own: `.npy` arrays and folders of pictures. */
import { count } from '../core/figure';
import { quote, SparseError } from '../core/errors';
import { cannotRead, systemCode } from './errors';

const error = (code: string, message: string, details?: Record<string, unknown>): SparseError =>
  new SparseError(code, message, details);

const shapeText = (shape: readonly number[]): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

const npy = (kind: string, file: string, what: string): SparseError => error(`npy.${kind}`, `${file}: ${what}`);

export const npyBadMagic = (file: string): SparseError =>
  npy('bad-magic', file, 'this is no .npy file: it does not begin with \\x93NUMPY. Write it with numpy.save.');

export const npyVersion = (file: string, version: number): SparseError =>
  npy('version', file, `version ${version} of the .npy format is not known; 1 to 3 are. Write it with numpy.save.`);

export const npyBadHeader = (file: string, found: string): SparseError =>
  npy('bad-header', file, `the header ${quote(found)} is not that of an array. Write the file again with numpy.save.`);

export const npyTruncated = (file: string, size: number, needed: number): SparseError =>
  npy(
    'truncated',
    file,
    `it has ${count(size)} bytes, but its header needs ${count(needed)}; it is cut off. Write it again.`,
  );

export const npyTrailing = (file: string, size: number, needed: number): SparseError =>
  npy(
    'trailing-bytes',
    file,
    `it has ${count(size)} bytes, but its header accounts for only ${count(needed)}. Write it again with numpy.save.`,
  );

export const npyDtype = (file: string, dtype: string, wanted: string, remedy: string): SparseError =>
  npy('dtype', file, `its values are ${quote(dtype)}; ${wanted} were expected. Use ${remedy} before numpy.save.`);

export const npyFortran = (file: string): SparseError =>
  npy('fortran-order', file, 'it is in Fortran order. Use numpy.ascontiguousarray before numpy.save.');

export const npyInputShape = (file: string, shape: readonly number[]): SparseError =>
  npy(
    'shape',
    file,
    `its shape is ${shapeText(shape)}; inputs are (n, features), (n, height, width) or four axes as data.layout says, none of them 0.`,
  );

export const npyLabelShape = (file: string, shape: readonly number[]): SparseError =>
  npy(
    'shape',
    file,
    `its shape is ${shapeText(shape)}; labels are one whole number for each example, (n). Use argmax on one-hot rows.`,
  );

export const npyTooLarge = (file: string, values: number, limit: number): SparseError =>
  npy('too-large', file, `each example has ${count(values)} values, more than the ${count(limit)} that are handled.`);

export const npyLabel = (file: string, index: number, label: number, limit: number): SparseError =>
  npy('label', file, `label ${index} is ${label}; classes are whole numbers from 0 to ${limit}. Number them from 0.`);

/** Labels of the test part that no example is trained with. */
export const labelBeyond = (file: string, index: number, label: number, classes: number): SparseError =>
  error(
    'data.label-out-of-range',
    `${file}: label ${index} is ${label}, but the training labels are 0 to ${classes - 1}. Check that both files number the classes alike.`,
  );

export const countsDiffer = (inputs: string, examples: number, labels: string, labelled: number): SparseError =>
  error(
    'data.counts-differ',
    `${inputs} has ${count(examples)} examples, but ${labels} ${count(labelled)} labels. Get both from the same source.`,
  );

export const shapesDiffer = (
  file: string,
  found: readonly number[],
  train: string,
  wanted: readonly number[],
): SparseError =>
  error(
    'data.shapes-differ',
    `${file} has examples of shape ${shapeText(found)}, but ${train} of ${shapeText(wanted)}. Both have to be of one shape.`,
  );

export const notFinite = (file: string, example: number): SparseError =>
  error(
    'data.not-finite',
    `${file}: example ${count(example)} has a value that is no finite number. Remove it, or use numpy.nan_to_num.`,
  );

export const oneClass = (file: string): SparseError =>
  error('data.one-class', `${file} has one class only; at least two are needed to tell apart.`);

export const noPath = (source: string): SparseError =>
  error('data.path-missing', `data.path is not set. Set it to the folder with the files of your ${source} data.`);

/** A file of a data set that is published. `names`: those it may have; `page`: where it is published. */
export const dataFileMissing = (
  source: string,
  folder: string,
  names: readonly string[],
  page: string | undefined,
): SparseError =>
  error(
    'data.file-missing',
    `${folder} has no file ${names.join(' or ')}. Set data.path to the folder with the files of ${source}, or download them: ` +
      `"Sparsescope: Download Data Set" in VS Code does${page === undefined ? '' : `, and they are at ${page}`}.`,
    { folder, names },
  );

/** A file of a data set that is published, whose shape is known. */
export const wrongShape = (file: string, expected: string, found: string): SparseError =>
  error('data.shape', `${file} has the shape ${found}; ${expected} was expected. Check that it is the right file.`);

export const fileTooLarge = (file: string, size: number, limit: number): SparseError =>
  error(
    'data.too-large',
    `${file} has ${size} bytes; at most ${limit} were expected. Check that it is the right file.`,
  );

export const labelUnknown = (file: string, label: number, classes: number): SparseError =>
  error(
    'data.label-out-of-range',
    `${file} has the label ${label}; 0 to ${classes - 1} were expected. Check that it is the right file.`,
  );

/** What is there can be used; it is not what is published. `part`: to train or to test with. */
export const otherCount = (source: string, part: string, found: number, published: number): SparseError =>
  error(
    'data.not-as-published',
    `The files of ${source} have ${count(found)} examples to ${part} with, not the ${count(published)} that are published. ` +
      'Download them again, unless that is meant.',
  );

export const noClasses = (folder: string): SparseError =>
  error(
    'data.no-classes',
    `${folder} has no folder with PNG or JPEG pictures. Pictures lie in a folder for each class, there or in its \`train\`.`,
    { folder },
  );

export const noTestPictures = (folder: string): SparseError =>
  error(
    'data.no-test-pictures',
    `${folder} has no \`val\` or \`test\` with pictures by class, which data.validation: 0 asks for. Use for example data.validation: 0.1.`,
    { folder },
  );

export const strangeClass = (folder: string, name: string): SparseError =>
  error(
    'data.strange-class',
    `${folder} has the class ${quote(name)}, which the training pictures do not have. Rename it, or add it there.`,
  );

export const badAnnotation = (file: string, line: number): SparseError =>
  error(
    'data.bad-annotation',
    `${file}: line ${line} is no file name and class with a tab between. Download it again.`,
  );

/** Of a folder that is there, as far as its name goes. */
export const cannotList = (folder: string, cause: unknown): SparseError => {
  const code = systemCode(cause) ?? String(cause);
  return ['EACCES', 'EPERM'].includes(code)
    ? error('data.folder-unreadable', `${folder} could not be listed (${code}). Give yourself permission to read it.`)
    : cannotRead(folder, cause);
};

export const listTooLarge = (file: string, limit: number): SparseError =>
  error('data.list-too-large', `${file} has more than ${count(limit)} bytes. Check that it is the right file.`);

export const tooManyPictures = (folder: string, limit: number): SparseError =>
  error('data.too-many-pictures', `${folder} has more than ${count(limit)} pictures, which is more than is handled.`);

/** `reason`: what the decoder said. */
export const corruptPicture = (file: string, reason: string): SparseError =>
  error(
    'picture.corrupt',
    `${file} cannot be read as a picture: ${reason}. Replace it, or use data.onCorrupt: skip to leave such pictures out.`,
    { file },
  );

/** Why a picture is corrupt, to be read after a colon. */
export const reasons = {
  unknown: 'it is neither PNG nor JPEG',
  noHeader: 'its header is damaged or cut off',
  damaged: 'its data is damaged or cut off',
  tooLarge: (width: number, height: number, limit: number): string =>
    `its header says ${width} x ${height} pixels, more than the ${count(limit)} that are handled`,
  tooManyBytes: (bytes: number): string => `it has ${count(bytes)} bytes, more than any picture here`,
};

export const sizesDiffer = (first: string, firstSize: string, other: string, otherSize: string): SparseError =>
  error(
    'data.sizes-differ',
    `${first} has ${firstSize} pixels, but ${other} ${otherSize}. Add data.size to bring all pictures to one size.`,
  );

/** Names of pictures that a warning tells. */
const namesTold = 5;

export const picturesSkipped = (names: readonly string[]): SparseError =>
  error(
    'data.pictures-skipped',
    `${count(names.length)} of the pictures cannot be read and ${names.length === 1 ? 'is' : 'are'} left out: ${names.slice(0, namesTold).join(', ')}${names.length > namesTold ? ', ...' : ''}.`,
  );

/** `cause`: what writing into `folder` said, or into the one above it. */
export const picturesUnkept = (folder: string, { code }: SparseError): SparseError =>
  error(
    code,
    `The pictures are decoded into ${folder}, where nothing may be written. Give yourself permission to write there, ` +
      'or copy the config to where you have it, with the full path in data.path; ' +
      '`sparsescope run`, `init` and `prune` keep them beside what -o names, where that is elsewhere.',
  );

/** Folders without pictures beside those of the classes. */
export const emptyClasses = (folders: readonly string[]): SparseError => {
  const few = folders.slice(0, namesTold).join(', ') + (folders.length > namesTold ? ', ...' : '');
  return error(
    'data.empty-class',
    folders.length === 1
      ? `${few} has no PNG or JPEG pictures and makes no class. Add some, or remove the folder.`
      : `${count(folders.length)} folders have no PNG or JPEG pictures and make no classes: ${few}. Add some, or remove them.`,
  );
};

export const allSkipped = (folder: string): SparseError =>
  error('data.all-skipped', `None of the pictures in ${folder} can be read. Check that it is the right folder.`);

export const decoderMissing = (file: string): SparseError =>
  error('picture.decoder-missing', `${file} of the JPEG decoder is missing. Reinstall Sparsescope.`);
