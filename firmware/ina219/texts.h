// Lists of texts in program memory, one behind the other, each ended by a 0, all of them by
// an empty one: an array of arrays would give each the room of the longest.
#pragma once

#include <Arduino.h>

inline PGM_P textAfter(PGM_P text) {
  while (pgm_read_byte(text++)) {
  }
  return text;
}

inline PGM_P textAt(PGM_P texts, uint8_t place) {
  for (; place; place--) texts = textAfter(texts);
  return texts;
}
