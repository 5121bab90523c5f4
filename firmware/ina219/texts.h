// Lists of texts in program memory, one behind the other, each ended by a 0, all of them by
// an empty one: an array of arrays would give each the room of the longest.
#pragma once

#include <Arduino.h>

// The character at `text`, which moves on.
inline uint8_t takeCharacter(PGM_P& text) {
#if defined(__AVR__)
  uint8_t character;
  asm("lpm %0, Z+" : "=r"(character), "+z"(text));
  return character;
#else
  return pgm_read_byte(text++);
#endif
}

inline PGM_P textAfter(PGM_P text) {
  while (takeCharacter(text)) {
  }
  return text;
}

inline PGM_P textAt(PGM_P texts, uint8_t place) {
  for (; place; place--) texts = textAfter(texts);
  return texts;
}
