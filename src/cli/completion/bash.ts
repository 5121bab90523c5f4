import type { Candidates, CommandNode } from './tree.ts'

/** For bash 3.2 (macOS) and later, without the package bash-completion. */
export function bashScript(commands: readonly CommandNode[], rootFlags: readonly string[]): string {
  return `# bash completion for ina219, made by: ina219 completion bash

# Fills COMPREPLY with files that begin with the word.
_ina219_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}

_ina219_ports() {
  local port
  for port in /dev/ttyUSB* /dev/ttyACM* /dev/serial/by-id/* /dev/cu.usb*; do
    [[ -e $port && $port == "$1"* ]] && COMPREPLY+=("$port")
  done
  # Other paths only where one is being written.
  [[ \${#COMPREPLY[@]} -gt 0 || $1 != */* ]] || _ina219_files "$1"
}

# Settings, of which those that want a value end with =.
_ina219_settings() {
  compopt -o nospace 2>/dev/null
  COMPREPLY=($(compgen -W "$2" -- "$1"))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} != *= ]] && compopt +o nospace 2>/dev/null
}

_ina219() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  COMPREPLY=()
  # --output=plain is three words to bash.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then
      command=\${COMP_WORDS[i]}
      break
    fi
  done
${behindCases(commands)}  case "$command $prev" in
${commands.flatMap(valueCases).join('\n')}
${commands.flatMap(settingCases).join('\n')}
  esac
  case $command in
  '') COMPREPLY=($(compgen -W '${[...commands.map((each) => each.name), ...rootFlags].join(' ')}' -- "$cur")) ;;
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _ina219 ina219
`
}

/** What stands behind an option; one case for those of the same kind. */
function valueCases({ name, options }: CommandNode): string[] {
  return options
    .filter((each) => each.value !== 'none')
    .map(({ flags, value, candidates }) => {
      const pattern = flags.map((flag) => `'${name} ${flag}'`).join(' | ')
      // Where the value may be left out, an option may come next.
      const [before, after] =
        value === 'optional' ? ['if [[ $cur != -* ]]; then ', '; fi'] : ['', '']
      return `  ${pattern}) ${before}${fill(candidates)}${candidates.kind === 'anything' ? '' : '; '}return${after} ;;`
    })
}

/** Behind `--` stand the options of another command. */
function behindCases(commands: readonly CommandNode[]): string {
  const cases = commands.flatMap(({ name, behind }) => {
    if (behind === null) return []
    if (behind === 'first operand') return [`    ${name}) command=\${COMP_WORDS[first]} ;;`]
    const { command, flag, flagged } = behind
    const before = `" \${COMP_WORDS[*]:first:i-first} "`
    return [
      `    ${name}) command=${command}; [[ ${before} == *" ${flag} "* ]] && command=${flagged} ;;`,
    ]
  })
  return `  local first=$((i + 1))
  for ((; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -- ]] || continue
    case $command in
${cases.join('\n')}
    esac
    break
  done
`
}

/** Bash takes `mode=poll` for three words: the value stands behind the name of the setting. */
function settingCases({ name, options, operands }: CommandNode): string[] {
  const all = [operands, ...options.map((each) => each.candidates)]
  const settings = all.find((each) => each?.kind === 'settings')
  if (settings?.kind !== 'settings') return []
  return settings.words.flatMap(({ name: word, values }) =>
    values === null || values.length === 0
      ? []
      : [
          `  '${name} ${word}') COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$cur")); return ;;`,
        ],
  )
}

function commandCase({ name, options, operands }: CommandNode): string {
  const flags = options.flatMap((each) => each.flags).join(' ')
  const words = `COMPREPLY=($(compgen -W '${flags}' -- "$cur"))`
  if (operands === null || operands.kind === 'anything') return `  ${name}) ${words} ;;`
  return `  ${name}) if [[ $cur == -* ]]; then ${words}; else ${fill(operands)}; fi ;;`
}

function fill(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'anything':
      return ''
    case 'files':
      return '_ina219_files "$cur"'
    case 'ports':
      return '_ina219_ports "$cur"'
    case 'settings': {
      const words = candidates.words.flatMap(({ name, isAlone, values }) => [
        ...(isAlone ? [name] : []),
        ...(values === null ? [] : [`${name}=`]),
      ])
      return `_ina219_settings "$cur" '${words.join(' ')}'`
    }
    case 'words':
      return `COMPREPLY=($(compgen -W '${candidates.words.join(' ')}' -- "$cur"))`
  }
}
