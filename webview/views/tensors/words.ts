/** What the tensor editor says. */

export const tableWords = {
  value: (tensor: string) => ({ name: 'Value', caption: `Value of ${tensor}` }),
  values: (tensor: string) => ({ name: 'Values', caption: `Values of ${tensor}` }),
  histogram: (tensor: string) => ({ name: 'Histogram', caption: `Histogram of ${tensor}` }),
  statistics: (tensor: string) => ({ name: 'Statistics', caption: `Statistics of ${tensor}` }),
};
