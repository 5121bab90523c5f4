#include "request_builder.h"

#include <string.h>

Request request;

static bool isU32(const Amount& amount) {
  return !amount.isTooLarge && !amount.isThousands && !amount.isNegative && amount.millionths == 0;
}

namespace builder {

namespace {

Key key;
bool hasCommand;
bool isCommandText;  // `cmd` is a text
uint8_t elements;    // of the `nack` array
bool hasAck;
bool isInside;       // the object that is the value
bool isLastUnknownText4;  // the last member is unknown and a text of four characters
enum class CrcSeen : uint8_t { none, right, wrong } crcSeen;

// Upper case only: a flipped bit makes `B` a `b` (PROTOCOL.md 3).
bool isCrcText(Text& text, const Crc16& crc) {
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
  return said == crc.value();
}

Value* valueOf(Key of) {
  return of < Key::cmd ? &request.values[static_cast<uint8_t>(of)] : nullptr;
}

// Names mean something else inside of the value, by the command.
Key keyHere(Key named) {
  if (!isInside) return named >= Key::above ? Key::unknown : named;
  switch (named) {
    case Key::above:
    case Key::level:
      return Key::low;
    case Key::output:
    case Key::slope:
      return Key::quantity;
    case Key::pre:
      return Key::conversions;
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

}  // namespace

void restart() {
  crcSeen = CrcSeen::none;
  hasCommand = false;
  isCommandText = false;
  elements = 0;
  hasAck = false;
  isInside = false;
  isLastUnknownText4 = false;
  memset(&request, 0, sizeof request);
}

void named(Text& name) { key = keyHere(keyNamed(name)); }

void valueBegins() {
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

bool mayBeRange() { return key == Key::nack; }

bool mayBeObject() { return key == Key::value; }

void objectBegins() {
  otherDone(ValueKind::object);
  isInside = true;
}

bool isInObject() { return isInside; }

void objectDone() {
  isInside = false;
  isLastUnknownText4 = false;
  key = Key::value;
}

void textDone(Text& text, const Crc16* crc) {
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
      crcSeen = crc && isCrcText(text, *crc) ? CrcSeen::right : CrcSeen::wrong;
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

void numberDone(const JsonNumber& number) {
  Amount amount;
  number.get(amount);
  switch (key) {
    case Key::seq:
      request.hasNumber = isU32(amount);
      request.number = amount.whole;
      break;
    case Key::ack:
      hasAck = isU32(amount);
      break;
    default:
      otherDone(ValueKind::number);
      if (static_cast<uint8_t>(key) < kNumbers) request.amounts[static_cast<uint8_t>(key)] = amount;
  }
}

void elementDone(const JsonNumber& number) {
  Amount amount;
  number.get(amount);
  if (elements == 0) request.first = amount.whole;
  request.last = amount.whole;
  elements = isU32(amount) && elements < 3 ? elements + 1 : 3;
}

// `crc` is the last member or it is no CRC.
void memberFollows() {
  if (crcSeen != CrcSeen::none) crcSeen = CrcSeen::wrong;
}

void finish() {
  if (crcSeen == CrcSeen::wrong || (crcSeen == CrcSeen::none && isLastUnknownText4)) {
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

}  // namespace builder

bool Request::takeWhole(Member member, uint32_t most, uint32_t& result) const {
  if (!has(member)) return true;
  const Amount& given = amount(member);
  result = given.whole;
  return (*this)[member].kind == ValueKind::number && isU32(given) && result <= most;
}

bool Request::takeByte(Member member, uint8_t most, uint8_t& result) const {
  uint32_t whole = result;
  const bool isTaken = takeWhole(member, most, whole);
  result = static_cast<uint8_t>(whole);
  return isTaken;
}

bool Request::takePower(Member member, uint8_t unit, uint8_t most, uint8_t& result) const {
  if (!has(member)) return true;
  uint32_t whole = 0;
  if (!takeWhole(member, static_cast<uint16_t>(unit) << most, whole)) return false;
  const uint16_t wanted = static_cast<uint16_t>(whole);
  uint16_t power = unit;
  for (result = 0; power < wanted; result++) power <<= 1;
  return power == wanted;
}

bool Request::takeWord(Member member, Word first, Word last, uint8_t& result) const {
  if (!has(member)) return true;
  const Value& value = (*this)[member];
  result = static_cast<uint8_t>(value.word) - static_cast<uint8_t>(first);
  return value.kind == ValueKind::text && value.word >= first && value.word <= last;
}

bool Request::takeSwitch(Member member, bool& result) const {
  const ValueKind kind = (*this)[member].kind;
  if (kind != ValueKind::yes && kind != ValueKind::no) return kind == ValueKind::absent;
  result = kind == ValueKind::yes;
  return true;
}

// False: no number, or too large for `result`.
static bool takeMagnitude(Member member, uint32_t& result) {
  const Amount& given = request.amount(member);
  result = given.whole * 1000000 + given.millionths;
  return request[member].kind == ValueKind::number && !given.isTooLarge && !given.isThousands &&
         given.whole < 4294;
}

bool Request::takePositive(Member member, uint32_t& result) const {
  if (!has(member)) return true;
  return takeMagnitude(member, result) && !amount(member).isNegative;
}

bool Request::takeSigned(Member member, int32_t& result) const {
  if (!has(member)) return true;
  uint32_t magnitude;
  if (!takeMagnitude(member, magnitude) || magnitude > 2000000000) return false;
  result = static_cast<int32_t>(magnitude);
  if (amount(member).isNegative) result = -result;
  return true;
}
