#include "line_names.h"

#include <string.h>

#include "texts.h"

namespace {

// In the order of their enumerations.
const char kKeys[] PROGMEM =
    "value\0shunt_mv\0bits\0low\0amax\0conversions\0quantity\0latch\0lost\0keep\0cmd\0seq\0nack\0ack\0crc\0above\0"
    "output\0level\0slope\0pre\0A\0B\0C\0D\0value_ms\0";
const char kCommands[] PROGMEM =
    "hello\0selftest\0save\0get_burst\0set_output\0set_trigger\0set_cutoff\0set_baud\0"
    "read\0defaults\0set_interval\0set_time\0set_range\0set_averaging\0set_mode\0set_threshold\0"
    "set_shunt\0set_detail\0set_us\0set_zero\0set_gain\0";
const char kWords[] PROGMEM = "stream\0poll\0a\0v\0w\0off\0on\0hold\0A\0B\0C\0D\0rise\0fall\0";

}  // namespace

bool Text::is(PGM_P name) {
  characters_[length_ < sizeof characters_ ? length_ : 0] = 0;
  return strcmp_P(characters_, name) == 0;
}

uint8_t Text::placeIn(PGM_P names) {
  uint8_t place = 0;
  for (; pgm_read_byte(names) && !is(names); place++) names = textAfter(names);
  return place;
}

Key keyNamed(Text& text) {
  const Key key = static_cast<Key>(text.placeIn(kKeys));
  return key == Key::valueMs ? Key::value : key;
}
Command commandNamed(Text& text) { return static_cast<Command>(text.placeIn(kCommands)); }
Word wordNamed(Text& text) { return static_cast<Word>(text.placeIn(kWords)); }
