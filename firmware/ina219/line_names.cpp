#include "line_names.h"

#include <string.h>

namespace {

struct Name {
  char text[14];
  uint8_t id;
};

template <typename Id>
constexpr uint8_t idOf(Id id) {
  return static_cast<uint8_t>(id);
}

// The last of each list is what no other name is.
const Name kKeys[] PROGMEM = {
    {"value", idOf(Key::value)},       {"value_ms", idOf(Key::value)},
    {"shunt_mv", idOf(Key::shuntMv)},  {"bits", idOf(Key::bits)},
    {"low", idOf(Key::low)},           {"amax", idOf(Key::amax)},
    {"quantity", idOf(Key::quantity)}, {"cmd", idOf(Key::cmd)},
    {"seq", idOf(Key::seq)},           {"nack", idOf(Key::nack)},
    {"ack", idOf(Key::ack)},           {"crc", idOf(Key::crc)},
    {"conversions", idOf(Key::conversions)},
    {"above", idOf(Key::above)},       {"output", idOf(Key::output)},
    {"A", idOf(Key::outputA)},         {"B", idOf(Key::outputB)},
    {"C", idOf(Key::outputC)},         {"D", idOf(Key::outputD)},
    {"", idOf(Key::unknown)},
};

const Name kCommands[] PROGMEM = {
    {"hello", idOf(Command::hello)},
    {"set_interval", idOf(Command::setInterval)},
    {"set_time", idOf(Command::setTime)},
    {"set_range", idOf(Command::setRange)},
    {"set_averaging", idOf(Command::setAveraging)},
    {"set_mode", idOf(Command::setMode)},
    {"read", idOf(Command::read)},
    {"set_threshold", idOf(Command::setThreshold)},
    {"set_shunt", idOf(Command::setShunt)},
    {"set_baud", idOf(Command::setBaud)},
    {"set_detail", idOf(Command::setDetail)},
    {"set_output", idOf(Command::setOutput)},
    {"set_cutoff", idOf(Command::setCutoff)},
    {"set_us", idOf(Command::setUs)},
    {"save", idOf(Command::save)},
    {"defaults", idOf(Command::defaults)},
    {"", idOf(Command::unknown)},
};

const Name kWords[] PROGMEM = {
    {"stream", idOf(Word::stream)}, {"poll", idOf(Word::poll)},
    {"a", idOf(Word::current)},     {"v", idOf(Word::voltage)},
    {"w", idOf(Word::power)},       {"off", idOf(Word::off)},
    {"A", idOf(Word::outputA)},     {"B", idOf(Word::outputB)},
    {"C", idOf(Word::outputC)},     {"D", idOf(Word::outputD)},
    {"", idOf(Word::unknown)},
};

template <typename Id>
Id idOf(const Name* names, Text& text) {
  while (pgm_read_byte(names->text) && !text.is(names->text)) names++;
  return static_cast<Id>(pgm_read_byte(&names->id));
}

}  // namespace

bool Text::is(PGM_P name) {
  characters_[length_ < sizeof characters_ ? length_ : 0] = 0;
  return strcmp_P(characters_, name) == 0;
}

Key keyNamed(Text& text) { return idOf<Key>(kKeys, text); }
Command commandNamed(Text& text) { return idOf<Command>(kCommands, text); }
Word wordNamed(Text& text) { return idOf<Word>(kWords, text); }
