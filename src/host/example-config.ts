/** Small enough to be read at once, complete enough to run: about a minute on two cores. */
export const exampleConfig = `# A seven-layer perceptron, a tenth of its weights kept, every layer exactly orthogonal at the start.
# Run it with the play button above, or "Sparsescope: Run Config".
version: 1
name: mlp7-eoi
seed: 1

model:
  preset: mlp-7
  activation: tanh

data:
  source: synthetic-digits # drawn here, nothing is downloaded

sparsity:
  density: 0.1
  distribution: erk
  init: eoi

train:
  epochs: 2
  batchSize: 128
  optimizer: { name: sgd, learningRate: 0.05, momentum: 0.9 }
`;
