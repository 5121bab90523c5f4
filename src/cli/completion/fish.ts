import { type Candidates, type CommandNode, type OptionNode, settingTexts } from './tree.ts'

export function fishScript(commands: readonly CommandNode[], root: readonly OptionNode[]): string {
  const lines = [
    '# fish completion for ina219, made by: ina219 completion fish',
    '',
    'function __ina219_ports',
    '    for port in /dev/ttyUSB* /dev/ttyACM* /dev/serial/by-id/* /dev/cu.usb*',
    '        echo $port',
    '    end',
    'end',
    '',
    '# The word before the one at hand is an option whose value may be left out.',
    'function __ina219_after',
    '    set -l words (commandline -opc)',
    '    test "$words[-1]" = $argv[1]',
    'end',
    '',
    'complete -c ina219 -f',
    ...root.flatMap((each) => optionLines('__fish_use_subcommand', each)),
  ]
  for (const { name, help, options, operands } of commands) {
    const isChosen = `__fish_seen_subcommand_from ${name}`
    lines.push(
      `complete -c ina219 -n __fish_use_subcommand -a ${name} -d ${quoted(help)}`,
      ...options.flatMap((each) => optionLines(isChosen, each)),
    )
    if (operands !== null) lines.push(`complete -c ina219 -n '${isChosen}' ${action(operands)}`)
  }
  return `${lines.join('\n')}\n`
}

function optionLines(condition: string, option: OptionNode): string[] {
  const { flags, help, value, candidates } = option
  const names = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  )
  const needed = value === 'required' ? ' -r' : ''
  const argument = value === 'none' ? '' : `${needed} ${action(candidates)}`
  const line = `complete -c ina219 -n '${condition}' ${names.join(' ')}${argument} -d ${quoted(help)}`
  if (value !== 'optional' || candidates.kind === 'anything') return [line]
  const after = `${condition}; and __ina219_after ${flags[0]}`
  return [line, `complete -c ina219 -n '${after}' ${action(candidates)}`]
}

function action(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'anything':
      return '-f'
    case 'files':
      return '-F'
    case 'ports':
      return "-F -a '(__ina219_ports)'"
    case 'words':
      return `-f -a '${candidates.words.join(' ')}'`
    case 'settings':
      return `-f -a '${settingTexts(candidates).join(' ')}'`
  }
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
