export function withPlainExports(code: string, text: string): string
