/** Where the public data sets are fetched from, and what must arrive. */
import type { DataSetName } from '../../protocol/engine';

interface Download {
  url: string;
  /** Bytes, exactly. */
  bytes: number;
  /** Hexadecimal, as published by the data set's distributor. */
  md5: string;
}

export interface CatalogFile extends Download {
  kind: 'file';
  name: string;
}

export interface CatalogArchive extends Download {
  kind: 'tar.gz';
  /** Path in the archive, name in the folder, bytes. Entries that are not listed are skipped. */
  entries: readonly { path: string; name: string; bytes: number }[];
}

export type CatalogEntry = CatalogFile | CatalogArchive;
export type Catalog = Readonly<Record<DataSetName, readonly CatalogEntry[]>>;

const mnist = (name: string, bytes: number, md5: string): CatalogFile => ({
  kind: 'file',
  name,
  url: `https://ossci-datasets.s3.amazonaws.com/mnist/${name}`,
  bytes,
  md5,
});

/** 10,000 records of a label and 3 x 32 x 32 pixels. */
const cifarBytes = 10_000 * 3073;
const cifarEntries = [...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`), 'test_batch.bin'].map((name) => ({
  path: `cifar-10-batches-bin/${name}`,
  name,
  bytes: cifarBytes,
}));

export const catalog: Catalog = {
  // Checksums as in torchvision.datasets.MNIST.
  mnist: [
    mnist('train-images-idx3-ubyte.gz', 9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'),
    mnist('train-labels-idx1-ubyte.gz', 28_881, 'd53e105ee54ea40749a09fcbcd1e9432'),
    mnist('t10k-images-idx3-ubyte.gz', 1_648_877, '9fb629c4189551a2d022fa330f9573f3'),
    mnist('t10k-labels-idx1-ubyte.gz', 4_542, 'ec29112dd5afa0611ce80d1b7f02629c'),
  ],
  // Checksum as on the data set's page.
  'cifar-10': [
    {
      kind: 'tar.gz',
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      bytes: 170_052_171,
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      entries: cifarEntries,
    },
  ],
  // Checksum as on the data set's page; size as in tensorflow_datasets.
  'cifar-100': [
    {
      kind: 'tar.gz',
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      bytes: 168_513_733,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
      entries: [
        { path: 'cifar-100-binary/train.bin', name: 'train.bin', bytes: 50_000 * 3074 },
        { path: 'cifar-100-binary/test.bin', name: 'test.bin', bytes: 10_000 * 3074 },
      ],
    },
  ],
};
