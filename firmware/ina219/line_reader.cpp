#include "line_reader.h"

#include <string.h>

#include "board.h"
#include "crc16.h"
#include "line_names.h"

namespace reader {

Request request;

namespace {

// Longest line without its end, PROTOCOL.md 2.
constexpr uint16_t kMaxLine = 512;

enum class State : uint8_t {
  start,         // before the opening brace
  firstKey,      // a key or the closing brace
  key,           // a key must come
  keyText,
  colon,
  value,
  text,
  number,
  literal,       // true, false, null
  arrayElement,  // of `nack`
  arrayNumber,
  afterElement,
  nested,        // array or object in an unknown member, skipped
  nestedText,
  afterValue,    // a comma or the closing brace
  end,           // after the closing brace
  bad,
};

State state = State::start;
Key key;
uint16_t length;
bool hasComma;       // a comma stands before the key under way
Crc16 crc;           // of the line so far
Crc16 commaCrc;      // of the line before the newest top-level comma
enum class CrcSeen : uint8_t { none, right, wrong } crcSeen;
bool isEscaped;      // the character before was a backslash
uint8_t depth;       // of nesting to be skipped
bool hasCommand;
bool isCommandText;  // `cmd` is a text
uint8_t elements;    // of the `nack` array
bool hasAck;
bool isInside;       // the object that is the value
bool isLastUnknownText4;  // the last member is unknown and a text of four characters

Text text;  // begin of the text or literal under way
JsonNumber number;

void startText() {
  text.clear();
  isEscaped = false;
}

void restart() {
  state = State::start;
  length = 0;
  crc = Crc16();
  crcSeen = CrcSeen::none;
  hasComma = false;
  hasCommand = false;
  isCommandText = false;
  elements = 0;
  hasAck = false;
  isInside = false;
  isLastUnknownText4 = false;
  memset(&request, 0, sizeof request);
}

bool isBlank(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

// Upper case only: a flipped bit makes `B` a `b` (PROTOCOL.md 3).
bool isCrcText() {
  if (text.length() != 4) return false;
  uint16_t said = 0;
  for (uint8_t i = 0; i < 4; i++) {
    const char c = text.characters()[i];
    uint8_t digit;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return false;
    }
    said = static_cast<uint16_t>(said << 4) | digit;
  }
  return said == commaCrc.value();
}

Value* valueOf(Key of) {
  return of < Key::cmd ? &request.values[static_cast<uint8_t>(of)] : nullptr;
}

bool isU32(const Amount& amount) {
  return !amount.isTooLarge && !amount.isThousands && !amount.isNegative && amount.millionths == 0;
}

void otherDone(ValueKind kind);

void textDone() {
  if (isInside && key >= Key::outputA) {
    otherDone(ValueKind::text);
    return;
  }
  switch (key) {
    case Key::cmd:
      isCommandText = true;
      request.command = commandNamed(text);
      break;
    case Key::crc:
      crcSeen = hasComma && isCrcText() ? CrcSeen::right : CrcSeen::wrong;
      break;
    case Key::unknown:
      isLastUnknownText4 = text.length() == 4;
      break;
    default:
      if (Value* value = valueOf(key)) {
        value->kind = ValueKind::text;
        value->word = wordNamed(text);
      }
  }
}

// Names mean something else inside of the value.
Key keyHere(Key named) {
  if (!isInside) return named >= Key::above ? Key::unknown : named;
  switch (named) {
    case Key::above:
      return Key::low;
    case Key::output:
      return Key::quantity;
    case Key::conversions:
    case Key::outputA:
    case Key::outputB:
    case Key::outputC:
    case Key::outputD:
      return named;
    default:
      return Key::unknown;
  }
}

void switchDone(ValueKind kind) {
  const uint8_t bit = static_cast<uint8_t>(1 << (static_cast<uint8_t>(key) - static_cast<uint8_t>(Key::outputA)));
  request.outputsNamed |= bit;
  request.outputsOn &= static_cast<uint8_t>(~bit);
  if (kind == ValueKind::yes) {
    request.outputsOn |= bit;
  } else if (kind != ValueKind::no) {
    request.hasOddOutput = true;
  }
}

void otherDone(ValueKind kind) {
  if (isInside && key >= Key::outputA) {
    if (key == Key::unknown) {
      request.hasOddOutput = true;
    } else {
      switchDone(kind);
    }
    return;
  }
  if (key == Key::crc) crcSeen = CrcSeen::wrong;
  if (Value* value = valueOf(key)) value->kind = kind;
}

void numberDone() {
  const Amount amount = number.amount();
  switch (key) {
    case Key::seq:
      request.hasNumber = isU32(amount);
      request.number = amount.whole;
      break;
    case Key::ack:
      hasAck = isU32(amount);
      break;
    case Key::nack:
      if (state != State::arrayNumber) break;
      if (elements == 0) request.first = amount.whole;
      request.last = amount.whole;
      elements = isU32(amount) && elements < 3 ? elements + 1 : 3;
      break;
    default:
      otherDone(ValueKind::number);
      if (Value* value = valueOf(key)) value->amount = amount;
  }
}

bool literalDone() {
  ValueKind kind = ValueKind::other;
  if (text.is(PSTR("null"))) kind = ValueKind::null;
  if (text.is(PSTR("true"))) kind = ValueKind::yes;
  if (text.is(PSTR("false"))) kind = ValueKind::no;
  otherDone(kind);
  return kind != ValueKind::other;
}

// Of a name that comes twice the last value counts, whatever its type.
void forgetValue() {
  isLastUnknownText4 = false;
  switch (key) {
    case Key::cmd:
      hasCommand = true;
      isCommandText = false;
      break;
    case Key::seq:
      request.hasNumber = false;
      break;
    case Key::nack:
      elements = 0;
      break;
    case Key::ack:
      hasAck = false;
      break;
    default:
      break;
  }
}

State startValue(uint8_t byte) {
  forgetValue();
  if (byte == '"') {
    startText();
    return State::text;
  }
  if (number.start(byte)) return State::number;
  if (byte >= 'a' && byte <= 'z') {
    startText();
    text.append(byte);
    return State::literal;
  }
  if (byte == '[' && key == Key::nack) return State::arrayElement;
  if (byte == '{' && key == Key::value) {
    otherDone(ValueKind::object);
    isInside = true;
    return State::firstKey;
  }
  if (byte == '[' || byte == '{') {
    otherDone(ValueKind::other);
    depth = 1;
    return State::nested;
  }
  return State::bad;
}

// True: the closing quote.
bool readText(uint8_t byte) {
  if (byte < ' ') {
    state = State::bad;
  } else if (isEscaped) {
    isEscaped = false;
    // No name of ours has an escape: make the text match none.
    text.spoil();
  } else if (byte == '\\') {
    isEscaped = true;
  } else if (byte == '"') {
    return true;
  } else {
    text.append(byte);
  }
  return false;
}

State afterObject() {
  if (!isInside) return State::end;
  isInside = false;
  isLastUnknownText4 = false;
  key = Key::value;
  return State::afterValue;
}

State afterValue(uint8_t byte) {
  if (byte == '}') return afterObject();
  if (byte != ',') return State::bad;
  if (isInside) return State::key;
  // `crc` is the last member or it is no CRC.
  if (crcSeen != CrcSeen::none) crcSeen = CrcSeen::wrong;
  commaCrc = crc;
  hasComma = true;
  return State::key;
}

void step(uint8_t byte) {
  switch (state) {
    case State::keyText:
      if (readText(byte)) {
        key = keyHere(keyNamed(text));
        state = State::colon;
      }
      return;
    case State::text:
      if (readText(byte)) {
        textDone();
        state = State::afterValue;
      }
      return;
    case State::nestedText:
      if (readText(byte)) state = State::nested;
      return;
    case State::number:
    case State::arrayNumber:
      if (number.add(byte)) return;
      if (!number.isComplete()) {
        state = State::bad;
        return;
      }
      numberDone();
      state = state == State::number ? State::afterValue : State::afterElement;
      break;
    case State::literal:
      if (byte >= 'a' && byte <= 'z') {
        text.append(byte);
        return;
      }
      state = literalDone() ? State::afterValue : State::bad;
      break;
    default:
      break;
  }
  if (isBlank(byte)) return;
  switch (state) {
    case State::start:
      state = byte == '{' ? State::firstKey : State::bad;
      break;
    case State::firstKey:
    case State::key:
      if (byte == '"') {
        startText();
        state = State::keyText;
      } else {
        state = byte == '}' && state == State::firstKey ? afterObject() : State::bad;
      }
      break;
    case State::colon:
      state = byte == ':' ? State::value : State::bad;
      break;
    case State::value:
      state = startValue(byte);
      break;
    case State::arrayElement:
      state = number.start(byte) ? State::arrayNumber : State::bad;
      break;
    case State::afterElement:
      if (byte == ',') {
        state = State::arrayElement;
      } else {
        state = byte == ']' ? State::afterValue : State::bad;
      }
      break;
    case State::nested:
      if (byte == '"') {
        startText();
        state = State::nestedText;
      } else if (byte < ' ') {
        state = State::bad;
      } else if (byte == '[' || byte == '{') {
        if (++depth == 0) state = State::bad;
      } else if (byte == ']' || byte == '}') {
        if (--depth == 0) state = State::afterValue;
      }
      break;
    case State::afterValue:
      state = afterValue(byte);
      break;
    default:
      state = State::bad;
  }
}

void finish() {
  request.kind = Request::Kind::bad;
  request.error = Error::syntax;
  if (length > kMaxLine) {
    request.error = Error::overlong;
    request.hasNumber = false;
  } else if (state == State::start) {
    request.kind = Request::Kind::empty;
  } else if (state != State::end) {
    request.hasNumber = false;
  } else if (crcSeen == CrcSeen::wrong || (crcSeen == CrcSeen::none && isLastUnknownText4)) {
    // The second: what looks like a `crc` whose name was hit.
    request.error = Error::crc;
    request.hasNumber = false;
  } else if (hasCommand) {
    if (isCommandText && request.hasNumber) request.kind = Request::Kind::command;
  } else if (elements == 1 || elements == 2) {
    request.kind = Request::Kind::replay;
  } else if (hasAck) {
    request.kind = Request::Kind::ack;
  }
}

bool isFinished = true;  // the byte to come begins a new line

}  // namespace

bool read(uint8_t byte) {
  if (isFinished) restart();
  isFinished = byte == '\n';
  if (isFinished) {
    finish();
    return true;
  }
  // The CR of a CR LF is not counted; a blank elsewhere is.
  if (length <= kMaxLine && byte != '\r') length++;
  if (state != State::bad) step(byte);
  crc.add(byte);
  return false;
}

bool wholeNumber(const Value& value, uint32_t low, uint32_t high, uint32_t& result) {
  result = value.amount.whole;
  return value.kind == ValueKind::number && isU32(value.amount) && result >= low && result <= high;
}

}  // namespace reader
