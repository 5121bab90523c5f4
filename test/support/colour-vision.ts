import { linear, partsOf, type Rgb } from '../../src/theme/rgb.ts'

type Three = readonly [number, number, number]
type Matrix = readonly [Three, Three, Three]

/** Linear RGB as seen with full protanopia and deuteranopia: Machado, Oliveira, Fernandes 2009, table 1. */
const VISIONS: readonly Matrix[] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
]
/** sRGB to CIE XYZ, each part over the white point D65. */
const TO_XYZ: Matrix = [
  [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883],
]

/** The least distance of two colours in CIE Lab (1976) over normal vision, protanopia and deuteranopia. */
export function leastDistance(one: Rgb, other: Rgb): number {
  return Math.min(
    ...VISIONS.map((vision) => {
      const [a, b] = [lab(one, vision), lab(other, vision)]
      return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
    }),
  )
}

function lab(rgb: Rgb, vision: Matrix): Three {
  const seen = times(vision, partsOf(rgb).map(linear) as unknown as Three)
  const inGamut = seen.map((part) => Math.max(0, Math.min(1, part))) as unknown as Three
  const [x, y, z] = times(TO_XYZ, inGamut).map(cubeRoot) as unknown as Three
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function times(matrix: Matrix, [a, b, c]: Three): Three {
  return matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Three
}

function cubeRoot(part: number): number {
  return part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116
}
