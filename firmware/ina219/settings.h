// What the host can set, kept in the EEPROM by `save`; and the boot number.
#pragma once

#include <stdint.h>

enum class Quantity : uint8_t { none, current, voltage, power };
// The alarm while the sensor is gone: released, set, or as it was.
enum class AlarmLost : uint8_t { off, on, hold };

struct Settings {
  uint32_t intervalMs;  // 0: every conversion; 1..3600000
  uint32_t shuntUohm;   // 100..100000000
  uint32_t amaxUa;      // full scale asked for; shuntUohm * amaxUa is 20.48..320 mV
  int32_t limitMicro;   // threshold in uA, uV or uW
  int32_t releaseMicro;
  int32_t cutoffUa;     // above that the cut-off opens its output
  uint8_t cutoffOutput;       // 1..4; 0: none
  uint8_t cutoffConversions;  // 1..255 in a row
  Quantity quantity;  // none: no threshold
  uint8_t gain;       // PGA bits: full scale 40 mV << gain
  uint8_t rangeV;     // 16 or 32
  uint8_t averaging;  // 2^averaging conversions, 0..7
  uint8_t bits;       // 9..12; 12 where averaging is not 0
  bool isPolled;
  bool isDetailed;  // samples say what their conversions were
  bool isInUs;      // and their time in us
  uint8_t alarmConversions;  // 1..255 in a row at the limit
  bool isAlarmLatched;       // until the threshold is set again
  AlarmLost alarmLost;
  bool keepsOutputs;  // over a reset

  // From here on not changed by `defaults`.
  uint32_t baud;            // 9600..1000000
  int16_t zeroCounts;       // of the shunt, read at no current
  uint32_t gainMillionths;  // true current by current read; 500000..2000000
  uint8_t address;          // of the sensor, 0x40..0x4F
};

extern Settings settings;

// Full scale of the shunt voltage: 40, 80, 160 or 320 mV (SBOS448 8.6.2.1).
inline uint16_t shuntFullScaleMv() { return static_cast<uint16_t>(40u << settings.gain); }
// What the shunt would have to be for the current read to be the true one.
uint32_t trueShuntUohm();
// uA through the shunt that make so many uV, at most 320000.
uint32_t currentAtUv(uint32_t shuntUv, uint32_t shuntUohm);
// The smaller of what was asked for and what the gain lets through, in uA.
uint32_t effectiveAmaxUa();
// The shunt's voltage at that, 20480..320000 uV.
uint32_t effectiveFullScaleUv();

// From the EEPROM where it holds a valid record, else the factory's.
void loadSettings();
// The factory's, except the calibration, and the line's rate: that would cut off the host that asked.
void resetSettings();

// Saving takes 3.4 ms a byte, so it goes on a byte at a time beside everything else.
enum class Saving : uint8_t {
  started,
  alreadySaved,  // nothing has changed, nothing is written
  tooOften,      // each one wears the EEPROM: see kSavesAtOnce
};
Saving startSaving();
bool isSaving();
// True once: the record has just become complete.
bool continueSaving();

// Number of this run, one more than that of the last; counted in the EEPROM.
// Called once, before anything is sent; takes some 10 ms.
void countBoot();
extern "C" uint32_t bootNumber;
// False: what was written last can't be read back.
bool isEepromGood();
