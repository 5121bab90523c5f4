#include "line_reader.h"

#include "crc16.h"
#include "line_names.h"
#include "request_builder.h"

namespace reader {

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
uint16_t length;
bool hasComma;       // a comma stands before the key under way
Crc16 crc;           // of the line so far
Crc16 commaCrc;      // of the line before the newest top-level comma
bool isEscaped;      // the character before was a backslash
uint8_t depth;       // of nesting to be skipped

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
  hasComma = false;
  builder::restart();
}

bool isBlank(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

bool literalDone() {
  ValueKind kind = ValueKind::other;
  if (text.is(PSTR("null"))) kind = ValueKind::null;
  if (text.is(PSTR("true"))) kind = ValueKind::yes;
  if (text.is(PSTR("false"))) kind = ValueKind::no;
  builder::otherDone(kind);
  return kind != ValueKind::other;
}

State startValue(uint8_t byte) {
  builder::valueBegins();
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
  if (byte == '[' && builder::mayBeRange()) return State::arrayElement;
  if (byte == '{' && builder::mayBeObject()) {
    builder::objectBegins();
    return State::firstKey;
  }
  if (byte == '[' || byte == '{') {
    builder::otherDone(ValueKind::other);
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
  if (!builder::isInObject()) return State::end;
  builder::objectDone();
  return State::afterValue;
}

State afterValue(uint8_t byte) {
  if (byte == '}') return afterObject();
  if (byte != ',') return State::bad;
  if (builder::isInObject()) return State::key;
  builder::memberFollows();
  commaCrc = crc;
  hasComma = true;
  return State::key;
}

void step(uint8_t byte) {
  switch (state) {
    case State::keyText:
      if (readText(byte)) {
        builder::named(text);
        state = State::colon;
      }
      return;
    case State::text:
      if (readText(byte)) {
        builder::textDone(text, hasComma ? &commaCrc : nullptr);
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
      if (state == State::number) {
        builder::numberDone(number);
        state = State::afterValue;
      } else {
        builder::elementDone(number);
        state = State::afterElement;
      }
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
  } else {
    builder::finish();
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

}  // namespace reader
