// Reads the host's lines as they come in, a byte at a time, without keeping
// them: a line may have 512 bytes, a quarter of the RAM (PROTOCOL.md 2 and 6).
#pragma once

#include <stdint.h>

#include "json_number.h"
#include "lines.h"

enum class Command : uint8_t {
  unknown,
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
};

enum class ValueKind : uint8_t { absent, number, null, text, yes, no, object, other };

// Text values that commands take.
enum class Word : uint8_t { unknown, stream, poll, current, voltage, power, off, outputA, outputB, outputC, outputD };

struct Value {
  ValueKind kind;
  Word word;      // of a text
  Amount amount;  // of a number
};

// Members of a command that have a value, in the order of the keys in line_reader.cpp.
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

namespace reader {

// True: the line is complete; `request` holds until the next byte is read.
bool read(uint8_t byte);
extern Request request;

// False: not a whole number from low to high.
bool wholeNumber(const Value& value, uint32_t low, uint32_t high, uint32_t& number);

}  // namespace reader
