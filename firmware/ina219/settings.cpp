#include "settings.h"

#include <string.h>

#include "board.h"
#include "crc16.h"
#include "wide.h"

Settings settings;
uint32_t bootNumber;

// --- Records ---------------------------------------------------------------

// Two records take turns, so that a power cut while saving leaves the older one.
namespace {

constexpr uint8_t kVersion = 4;

// A record: version, generation, the settings, CRC high byte first.
constexpr uint8_t kSettingsAt = 2;
constexpr uint8_t kCrcAt = kSettingsAt + sizeof(Settings);
constexpr uint8_t kRecordSize = kCrcAt + 2;

constexpr uint16_t kRecordAddress[2] = {0, 64};
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

bool isValid(uint16_t address) {
  Crc16 crc;
  for (uint8_t i = 0; i < kCrcAt; i++) crc.add(board::readEeprom(address + i));
  return board::readEeprom(address) == kVersion &&
         board::readEeprom(address + kCrcAt) == crc.high &&
         board::readEeprom(address + kCrcAt + 1) == crc.low;
}

uint8_t recordByte(uint8_t index) {
  if (index == 0) return kVersion;
  if (index == 1) return generation;
  if (index < kCrcAt) return reinterpret_cast<const uint8_t*>(&settings)[index - kSettingsAt];
  return index == kCrcAt ? savedCrc.high : savedCrc.low;
}

}  // namespace

void resetSettings() {
  const uint32_t baud = settings.baud;
  const uint8_t address = settings.address;
  const int16_t zeroCounts = settings.zeroCounts;
  const uint32_t gainMillionths = settings.gainMillionths;
  memset(&settings, 0, sizeof settings);
  settings.intervalMs = 1000;
  settings.shuntUohm = 100000;
  settings.amaxUa = 3200000;
  settings.baud = baud;
  settings.gain = 3;
  settings.rangeV = 32;
  settings.bits = 12;
  settings.address = address;
  settings.zeroCounts = zeroCounts;
  settings.gainMillionths = gainMillionths;
}

void loadSettings() {
  settings.baud = 115200;
  settings.address = 0x40;
  settings.gainMillionths = 1000000;
  resetSettings();
  for (uint8_t i = 0; i < 2; i++) {
    const uint16_t address = kRecordAddress[i];
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
  const uint16_t address = kRecordAddress[generation & 1] + kSettingsAt;
  for (uint8_t i = 0; i < sizeof settings; i++) {
    if (board::readEeprom(address + i) != bytes[i]) return false;
  }
  return hasRecord;
}

Saving startSaving() {
  if (isAlreadySaved()) return Saving::alreadySaved;
  const uint32_t nowMs = millis();
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
  board::writeEeprom(kRecordAddress[generation & 1] + savedBytes, byte);
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

uint32_t currentAtUv(uint32_t shuntUv, uint32_t shuntUohm) {
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

struct BootSlot {
  uint32_t number;
  uint16_t crc;
};

// Each boot writes the next of sixteen slots, three bytes as a rule: good for
// 1.6 million boots at 100 000 writes a cell. A slot left half written is
// invalid, and its number, never sent to anyone, is used again.
constexpr uint16_t kBootAddress = 128;
constexpr uint8_t kBootSlots = 16;

uint16_t crcOf(const BootSlot& slot) {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&slot.number);
  Crc16 crc;
  for (uint8_t i = 0; i < sizeof slot.number; i++) crc.add(bytes[i]);
  return crc.value();
}

uint16_t slotAddress(uint32_t number) {
  return kBootAddress + static_cast<uint16_t>(number % kBootSlots) * sizeof(BootSlot);
}

}  // namespace

void countBoot() {
  BootSlot slot;
  uint32_t newest = 0;
  for (uint8_t i = 0; i < kBootSlots; i++) {
    readBytes(kBootAddress + i * sizeof slot, &slot, sizeof slot);
    if (slot.crc == crcOf(slot) && slot.number > newest) {
      newest = slot.number;
    }
  }
  bootNumber = newest + 1;
  slot.number = bootNumber;
  slot.crc = crcOf(slot);
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&slot);
  for (uint8_t i = 0; i < sizeof slot; i++) {
    board::writeEeprom(slotAddress(bootNumber) + i, bytes[i]);
  }
}

// The boot number was written at the start, the settings by the newest `save`.
__attribute__((noinline)) bool isEepromGood() {
  BootSlot slot;
  readBytes(slotAddress(bootNumber), &slot, sizeof slot);
  return slot.number == bootNumber && slot.crc == crcOf(slot) &&
         (!hasRecord || isSaving() || isValid(kRecordAddress[generation & 1]));
}
