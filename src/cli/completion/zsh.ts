import { type Candidates, type CommandNode, type OptionNode, settingTexts } from './tree.ts'

export function zshScript(commands: readonly CommandNode[], root: readonly OptionNode[]): string {
  return `#compdef ina219
# zsh completion for ina219, made by: ina219 completion zsh

_ina219_ports() {
  local -a ports
  ports=(/dev/ttyUSB*(N) /dev/ttyACM*(N) /dev/serial/by-id/*(N) /dev/cu.usb*(N))
  compadd -a ports
  [[ $PREFIX == */* ]] && _files
}

_ina219() {
  local curcontext="$curcontext" state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, help }) => `    ${quoted(`${name}:${help.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C \\
${root.flatMap((each) => specs(each, false)).join('')}    '1:command:->command' '*::argument:->argument'
  case $state in
  command) _describe -t commands command commands ;;
  argument)
    case $line[1] in
${commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _ina219 "$@"
else
  compdef _ina219 ina219
fi
`
}

function commandCase({ name, options, operands }: CommandNode): string {
  const rest = operands === null ? '' : `      ${quoted(`*:operand:${action(operands)}`)}`
  const all = `${options.flatMap((each) => specs(each, true)).join('')}${rest}`.trimEnd()
  return `    ${name})\n      _arguments \\\n${all.replace(/ \\$/, '')}\n      ;;`
}

/** Any option may come again: what that means is for the command to say. */
function specs({ flags, help, value, candidates }: OptionNode, again: boolean): string[] {
  const text = `[${help.replace(/[[\]\\]/g, '\\$&')}]`
  const argument =
    value === 'none' ? '' : `${value === 'optional' ? '::' : ':'}value:${action(candidates)}`
  return flags.map((flag) => {
    const equals = value !== 'none' && flag.startsWith('--') ? '=' : ''
    return `    ${quoted(`${again ? '*' : ''}${flag}${equals}${text}${argument}`)} \\\n`
  })
}

function action(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'anything':
      return ' '
    case 'files':
      return '_files'
    case 'ports':
      return '_ina219_ports'
    case 'words':
      return `(${candidates.words.join(' ')})`
    case 'settings':
      return `(${settingTexts(candidates).join(' ')})`
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
