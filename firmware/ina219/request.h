// What a line of the host asks for (PROTOCOL.md 6).
#pragma once

#include <stdint.h>

#include "json_number.h"
#include "lines.h"

enum class Command : uint8_t {
  hello,
  selfTest,
  save,
  getBurst,
  setOutput,
  setTrigger,
  setCutoff,
  setBaud,
  // From here on not while there is a burst: they need the sensor, or set it up.
  read,
  defaults,
  setInterval,
  setTime,
  setRange,
  setAveraging,
  setMode,
  setThreshold,
  setShunt,
  setDetail,
  setUs,
  setZero,
  setGain,
  unknown,
};

enum class ValueKind : uint8_t { absent, number, null, text, yes, no, object, other };

// Text values that commands take.
enum class Word : uint8_t {
  stream, poll, current, voltage, power, off, on, hold, outputA, outputB, outputC, outputD, rise, fall,
  unknown,
};

struct Value {
  ValueKind kind;
  Word word;  // of a text
};

// Members of a command that have a value, in the order of Key (line_names.h): first those
// that may be numbers.
enum class Member : uint8_t { value, shuntMv, bits, low, amax, conversions, quantity, latch, lost, keep };
constexpr uint8_t kNumbers = 6;
constexpr uint8_t kMembers = 10;

// A line that was read to its end.
struct Request {
  enum class Kind : uint8_t { empty, bad, command, replay, ack };
  Kind kind;
  Error error;  // of a bad one: syntax, crc or overlong
  Command command;
  bool hasNumber;   // of a command, or of a line without `cmd`
  uint32_t number;
  uint32_t first;  // of a replay
  uint32_t last;
  // Of an object as `value`: bit n is output n.
  uint8_t outputsNamed;
  uint8_t outputsOn;
  bool hasOddOutput;  // another name, or neither true nor false
  Value values[kMembers];
  Amount amounts[kNumbers];

  const Value& operator[](Member member) const { return values[static_cast<uint8_t>(member)]; }
  const Amount& amount(Member member) const { return amounts[static_cast<uint8_t>(member)]; }
  bool has(Member member) const { return (*this)[member].kind != ValueKind::absent; }
  // Of those that follow: false: not what is allowed. Absent: `result` stays.
  // Whole numbers up to `most`.
  bool takeWhole(Member member, uint32_t most, uint32_t& result) const;
  bool takeByte(Member member, uint8_t most, uint8_t& result) const;
  // unit << result
  bool takePower(Member member, uint8_t unit, uint8_t most, uint8_t& result) const;
  // Its place among the words from `first` to `last`.
  bool takeWord(Member member, Word first, Word last, uint8_t& result) const;
  bool takeSwitch(Member member, bool& result) const;
  // In millionths; up to 4293, and up to 2000 on both sides of 0.
  bool takePositive(Member member, uint32_t& result) const;
  bool takeSigned(Member member, int32_t& result) const;
};

// The newest line.
extern Request request;
