// Makes a request of the members of a line, as line_reader finds them.
#pragma once

#include "crc16.h"
#include "line_names.h"

namespace builder {

void restart();

// The name of a value.
void named(Text& name);
// It begins: what an earlier one of that name said is forgotten.
void valueBegins();
// An array is a range of samples.
bool mayBeRange();
// An object has members of its own, up to objectDone().
bool mayBeObject();
void objectBegins();
bool isInObject();
void objectDone();

// `crc`: of the line before the comma in front of the name; null: there is none.
void textDone(Text& text, const Crc16* crc);
void numberDone(const JsonNumber& number);
// Of a range.
void elementDone(const JsonNumber& number);
void otherDone(ValueKind kind);
// The line goes on behind a member.
void memberFollows();

// The line is one whole object.
void finish();

}  // namespace builder
