// What a line of the host asks for (PROTOCOL.md 6).
#pragma once

#include <stdint.h>

#include "json_number.h"
#include "lines.h"

enum class Command : uint8_t {
  hello,
  setInterval,
  setTime,
  setRange,
  setAveraging,
  setMode,
  read,
  setThreshold,
  setShunt,
  setBaud,
  setDetail,
  setOutput,
  setCutoff,
  setUs,
  save,
  defaults,
  unknown,
};

enum class ValueKind : uint8_t { absent, number, null, text, yes, no, object, other };

// Text values that commands take.
enum class Word : uint8_t { stream, poll, current, voltage, power, off, outputA, outputB, outputC, outputD, unknown };

struct Value {
  ValueKind kind;
  Word word;      // of a text
  Amount amount;  // of a number
};

// Members of a command that have a value, in the order of Key (line_names.h).
enum class Member : uint8_t { value, shuntMv, bits, low, amax, quantity, conversions };
constexpr uint8_t kMembers = 7;

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

  const Value& operator[](Member member) const { return values[static_cast<uint8_t>(member)]; }
};

// The newest line.
extern Request request;

// False: not a whole number from low to high.
bool wholeNumber(const Value& value, uint32_t low, uint32_t high, uint32_t& number);
