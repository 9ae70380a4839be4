/** A step of the computation, forward and backward. */
import type { Kernels } from '../../core/kernels/kernels';
import type { Buffer, Buffers } from './buffers';

/** What a batch, or a part of one, is computed with. */
export interface Pass {
  kernels: Kernels;
  /** Examples. */
  batch: number;
  /** Whether batch norms go by the batch, and follow it. */
  training: boolean;
  /** Where all weights of a layer, pruned ones included, get their gradients, if that is wanted. */
  dense?: Map<string, Float32Array>;
}

export abstract class Node {
  /**
   * dL/dout and dL/dinput; the latter is absent where nothing needs it. They may be one, which `backward` then writes
   * over.
   */
  protected gradientOut: Buffer | undefined;
  protected gradientIn: Buffer | undefined;

  constructor(
    protected readonly input: Buffer,
    readonly out: Buffer,
  ) {}

  /** Whether `backward` looks at `out`, which must then stay as it is. */
  get keepsOut(): boolean {
    return false;
  }

  /** Whether `backward` writes over the gradient it is given. */
  get overwritesGradient(): boolean {
    return false;
  }

  /**
   * Takes the buffers of the backward pass, in its order, so that those of one layer can be those of another. `wanted`:
   * whether the gradient by the input is, which is answered; the caller gives it back.
   */
  plan(buffers: Buffers, gradient: Buffer, wanted: boolean): Buffer | undefined {
    this.gradientOut = gradient;
    this.gradientIn = wanted ? buffers.borrow(this.input.perExample) : undefined;
    return this.gradientIn;
  }

  abstract forward(pass: Pass): void;
  abstract backward(pass: Pass): void;
}

/** One after the other. */
export class Chain {
  constructor(private readonly nodes: readonly Node[]) {}

  get empty(): boolean {
    return this.nodes.length === 0;
  }

  get overwritesGradient(): boolean {
    return this.nodes.at(-1)?.overwritesGradient ?? false;
  }

  /** As of a node; the gradient that is given stays the caller's, and is answered where there are no nodes. */
  plan(buffers: Buffers, gradient: Buffer, wanted: boolean): Buffer | undefined {
    let own: Buffer = gradient;
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const next = this.nodes[i].plan(buffers, own, wanted || i > 0);
      if (own !== gradient && own !== next) buffers.giveBack(own);
      if (!next) return undefined;
      own = next;
    }
    return own;
  }

  forward(pass: Pass): void {
    for (const node of this.nodes) node.forward(pass);
  }

  backward(pass: Pass): void {
    for (let i = this.nodes.length - 1; i >= 0; i--) this.nodes[i].backward(pass);
  }
}
