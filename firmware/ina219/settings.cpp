#include "settings.h"

#include <Arduino.h>
#include <stddef.h>

#include "board.h"
#include "crc16.h"
#include "wide.h"

Settings settings;
uint32_t bootNumber;

// --- Records ---------------------------------------------------------------

// Two records take turns, so that a power cut while saving leaves the older one.
namespace {

constexpr uint8_t kVersion = 5;

// A record: version, generation, the settings, CRC high byte first.
constexpr uint8_t kSettingsAt = 2;
constexpr uint8_t kCrcAt = kSettingsAt + sizeof(Settings);
constexpr uint8_t kRecordSize = kCrcAt + 2;

// They take turns.
constexpr uint16_t addressOf(uint8_t generation) { return generation & 1 ? 64 : 0; }
static_assert(kRecordSize <= 64, "the records overlap");

// A cell stands 100 000 writes, two records take turns: so sparing it lasts for
// four years of a host that never stops saving.
constexpr uint8_t kSavesAtOnce = 8;
constexpr uint32_t kOneMoreSaveMs = 600000;
uint8_t savesSpent;
uint32_t lastSparedMs;  // when the newest save was given back

uint8_t generation;                // of the newest record
bool hasRecord;
uint8_t savedBytes = kRecordSize;  // of that being written; all of them: nothing to do
Crc16 savedCrc;

void readBytes(uint16_t address, void* target, uint8_t length) {
  uint8_t* bytes = static_cast<uint8_t*>(target);
  for (; length; length--) *bytes++ = board::readEeprom(address++);
}

Crc16 crcOf(uint16_t address, uint8_t length) {
  Crc16 crc;
  for (; length; length--) crc.add(board::readEeprom(address++));
  return crc;
}

// Over a CRC that is right, high byte first, the CRC is 0.
bool isValid(uint16_t address) {
  return board::readEeprom(address) == kVersion && crcOf(address, kRecordSize).value() == 0;
}

uint8_t recordByte(uint8_t index) {
  if (index == 0) return kVersion;
  if (index == 1) return generation;
  if (index < kCrcAt) return reinterpret_cast<const uint8_t*>(&settings)[index - kSettingsAt];
  return index == kCrcAt ? savedCrc.high : savedCrc.low;
}

}  // namespace

static const Settings kFactory PROGMEM = {
    1000,                             // intervalMs
    100000, 3200000,                  // shuntUohm, amaxUa
    0, 0, 0, 0, 0, Quantity::none,    // limitMicro, releaseMicro, cutoff..., quantity
    3, 32, 0, 12,                     // gain, rangeV, averaging, bits
    false, false, false,              // isPolled, isDetailed, isInUs
    0, false, AlarmLost::off, false,  // alarm..., keepsOutputs
    115200, 0, 1000000, 0x40,         // baud, zeroCounts, gainMillionths, address
};

void resetSettings() { memcpy_P(&settings, &kFactory, offsetof(Settings, baud)); }

void loadSettings() {
  memcpy_P(&settings, &kFactory, sizeof settings);
  for (uint8_t i = 0; i < 2; i++) {
    const uint16_t address = addressOf(i);
    if (!isValid(address)) continue;
    const uint8_t found = board::readEeprom(address + 1);
    if (hasRecord && static_cast<int8_t>(found - generation) < 0) continue;
    generation = found;
    hasRecord = true;
    readBytes(address + kSettingsAt, &settings, sizeof settings);
  }
}

static bool isAlreadySaved() {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&settings);
  const uint16_t address = addressOf(generation) + kSettingsAt;
  for (uint8_t i = 0; i < sizeof settings; i++) {
    if (board::readEeprom(address + i) != bytes[i]) return false;
  }
  return hasRecord;
}

Saving startSaving() {
  if (isAlreadySaved()) return Saving::alreadySaved;
  const uint32_t nowMs = board::nowMs();
  if (!savesSpent) lastSparedMs = nowMs;
  for (; savesSpent && nowMs - lastSparedMs >= kOneMoreSaveMs; savesSpent--) {
    lastSparedMs += kOneMoreSaveMs;
  }
  if (savesSpent == kSavesAtOnce) return Saving::tooOften;
  savesSpent++;
  generation++;
  savedBytes = 0;
  savedCrc = Crc16();
  return Saving::started;
}

bool isSaving() { return savedBytes < kRecordSize; }

bool continueSaving() {
  if (!isSaving() || !board::isEepromReady()) return false;
  // The CRC is of what is written, should a setting change meanwhile.
  const uint8_t byte = recordByte(savedBytes);
  if (savedBytes < kCrcAt) savedCrc.add(byte);
  board::writeEeprom(addressOf(generation) + savedBytes, byte);
  savedBytes++;
  hasRecord = true;
  return !isSaving();
}

static uint32_t scaled(uint32_t value, uint32_t by, uint32_t over) {
  Wide result(value);
  result.multiply(by);
  result.divide(over);
  return result.low32();
}

__attribute__((noinline)) uint32_t currentAtUv(uint32_t shuntUv, uint32_t shuntUohm) {
  return scaled(shuntUv, 1000000, shuntUohm);
}

uint32_t trueShuntUohm() { return scaled(settings.shuntUohm, 1000000, settings.gainMillionths); }

uint32_t effectiveAmaxUa() {
  const uint32_t gainUa = currentAtUv(shuntFullScaleMv() * 1000ul, settings.shuntUohm);
  return gainUa < settings.amaxUa ? gainUa : settings.amaxUa;
}

uint32_t effectiveFullScaleUv() {
  return scaled(effectiveAmaxUa(), settings.shuntUohm, 1000000);
}

// --- Boot number -----------------------------------------------------------

namespace {

// Each boot writes the next of sixteen slots, three bytes as a rule: good for
// 1.6 million boots at 100 000 writes a cell. A slot left half written is
// invalid, and its number, never sent to anyone, is used again.
constexpr uint16_t kBootAddress = 128;
constexpr uint8_t kBootSlots = 16;

// A slot: the number, its CRC, low byte first.
constexpr uint8_t kSlotBytes = 6;

// 0: what stands there is none.
uint32_t numberInSlot(uint16_t address) {
  uint32_t number;
  uint16_t crc;
  readBytes(address, &number, sizeof number);
  readBytes(address + sizeof number, &crc, sizeof crc);
  return crc == crcOf(address, sizeof number).value() ? number : 0;
}

uint16_t slotAddress(uint32_t number) {
  return kBootAddress + static_cast<uint16_t>(number % kBootSlots) * kSlotBytes;
}

}  // namespace

static void writeBytes(uint16_t address, const void* source, uint8_t length) {
  const uint8_t* bytes = static_cast<const uint8_t*>(source);
  for (; length; length--) board::writeEeprom(address++, *bytes++);
}

void countBoot() {
  for (uint8_t i = 0; i < kBootSlots; i++) {
    const uint32_t number = numberInSlot(kBootAddress + i * kSlotBytes);
    if (number > bootNumber) bootNumber = number;
  }
  bootNumber++;
  const uint16_t address = slotAddress(bootNumber);
  writeBytes(address, &bootNumber, sizeof bootNumber);
  const uint16_t crc = crcOf(address, sizeof bootNumber).value();
  writeBytes(address + sizeof bootNumber, &crc, sizeof crc);
}

// The boot number was written at the start, the settings by the newest `save`.
__attribute__((noinline)) bool isEepromGood() {
  return numberInSlot(slotAddress(bootNumber)) == bootNumber &&
         (!hasRecord || isSaving() || isValid(addressOf(generation)));
}
