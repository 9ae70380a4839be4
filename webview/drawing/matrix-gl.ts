/** Paints cells with WebGL2: one texture a grid and level, one rectangle each, colours looked up in a ramp. */
import { rampLength, type ColourMap } from './colour-map';
import { pending, type Grid } from './grid';
import { layerOf, type Layer, type Painter, type Scene } from './painter';

const vertexSource = `#version 300 es
uniform vec4 area;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(mix(area.xy, area.zw, corner), 0.0, 1.0);
}`;

const fragmentSource = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D cells;
uniform sampler2D ramp;
uniform vec2 origin;
uniform vec2 cellSize;
uniform ivec2 cellCount;
uniform float limit;
uniform vec4 pendingColour;
out vec4 colour;
void main() {
  ivec2 cell = clamp(ivec2(floor((gl_FragCoord.xy - origin) / cellSize)), ivec2(0), cellCount - 1);
  float value = texelFetch(cells, cell, 0).r;
  if (value > ${(pending / 2).toExponential()}) { colour = pendingColour; return; }
  float middle = float(${(rampLength - 1) / 2});
  float steps = value == 0.0 ? 0.0 : max(1.0, round(min(1.0, abs(value) / limit) * middle));
  colour = texelFetch(ramp, ivec2(int(middle + sign(value) * steps), 0), 0);
}`;

interface Uploaded {
  texture: WebGLTexture;
  version: number;
}

interface Program {
  program: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
}

/** Throws when the driver refuses: the caller then takes the 2D painter. */
function compile(gl: WebGL2RenderingContext): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'link');
  const known = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    uniform: (name) => {
      if (!known.has(name)) known.set(name, gl.getUniformLocation(program, name));
      return known.get(name)!;
    },
  };
}

export class PainterGl implements Painter {
  readonly kind = 'webgl2';
  private readonly program: Program;
  private readonly largest: number;
  private readonly uploaded = new Map<Grid, Map<string, Uploaded>>();
  private rampTexture: WebGLTexture | undefined;
  private rampOf: ColourMap | undefined;

  private constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
  ) {
    this.program = compile(gl);
    this.largest = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  }

  /** Nothing where WebGL2 is missing or broken. `lost` is called when the device takes the context away. */
  static create(canvas: HTMLCanvasElement, lost: () => void): PainterGl | undefined {
    const gl = canvas.getContext('webgl2', { antialias: false, depth: false, premultipliedAlpha: true });
    if (!gl) return undefined;
    try {
      const painter = new PainterGl(canvas, gl);
      canvas.addEventListener('webglcontextlost', lost);
      return painter;
    } catch {
      return undefined;
    }
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  paint(scene: Scene): void {
    const { gl } = this;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(this.program.program);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.ramp(scene.colours));
    gl.uniform1i(this.program.uniform('ramp'), 1);
    gl.uniform1i(this.program.uniform('cells'), 0);
    gl.uniform1f(this.program.uniform('limit'), scene.limit > 0 ? scene.limit : 1);
    gl.uniform4fv(
      this.program.uniform('pendingColour'),
      scene.colours.pending.map((part) => part / 255),
    );
    for (const grid of [...this.uploaded.keys()]) if (!scene.grids.includes(grid)) this.forget(grid);
    for (const grid of scene.grids) this.paintLayer(layerOf(grid, scene.view), scene);
  }

  dispose(): void {
    // A page has only a few contexts: this one must not wait for the garbage collector.
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private paintLayer(layer: Layer, { view }: Scene): void {
    const { gl, canvas } = this;
    const { grid, cells, cellRows, cellColumns } = layer;
    const left = view.left + grid.place.columnStart * view.scaleX;
    const top = view.top + grid.place.rowStart * view.scaleY;
    const right = left + grid.place.columns * view.scaleX;
    const bottom = top + grid.place.rows * view.scaleY;
    if (right <= 0 || bottom <= 0 || left >= canvas.width || top >= canvas.height) return;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture(layer));
    const x = (value: number): number => (2 * value) / canvas.width - 1;
    const y = (value: number): number => 1 - (2 * value) / canvas.height;
    gl.uniform4f(this.program.uniform('area'), x(left), y(top), x(right), y(bottom));
    // Rows run downwards, the device's pixels upwards.
    gl.uniform2f(this.program.uniform('origin'), left, canvas.height - top);
    gl.uniform2f(this.program.uniform('cellSize'), cellColumns * view.scaleX, -cellRows * view.scaleY);
    gl.uniform2i(this.program.uniform('cellCount'), cells.columns, cells.rows);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  private texture({ grid, key, cells }: Layer): WebGLTexture {
    const { gl } = this;
    const levels = this.uploaded.get(grid) ?? new Map<string, Uploaded>();
    this.uploaded.set(grid, levels);
    const known = levels.get(key);
    if (known?.version === grid.version) return known.texture;
    const texture = known?.texture ?? gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    // Overviews and tiles have sides far below what every WebGL2 device takes (2048).
    const columns = Math.min(cells.columns, this.largest);
    const rows = Math.min(cells.rows, this.largest);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, cells.columns);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, columns, rows, 0, gl.RED, gl.FLOAT, cells.values);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
    this.nearest();
    levels.set(key, { texture, version: grid.version });
    return texture;
  }

  private ramp(colours: ColourMap): WebGLTexture {
    const { gl } = this;
    if (this.rampTexture && this.rampOf === colours) return this.rampTexture;
    this.rampTexture ??= gl.createTexture();
    this.rampOf = colours;
    gl.bindTexture(gl.TEXTURE_2D, this.rampTexture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, rampLength, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours.ramp);
    this.nearest();
    return this.rampTexture;
  }

  private nearest(): void {
    const { gl } = this;
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  }

  private forget(grid: Grid): void {
    for (const { texture } of this.uploaded.get(grid)?.values() ?? []) this.gl.deleteTexture(texture);
    this.uploaded.delete(grid);
  }
}
