#include "ina219_sensor.h"

#include "health.h"
#include "settings.h"

Health health;

namespace sensor {

using board::I2c;

namespace {

// Table 2
enum Register : uint8_t { kConfig = 0, kShunt = 1, kBus = 2, kPower = 3, kCalibration = 5 };

// 8.6.2.1 and 8.6.3.2
constexpr uint16_t kRange32V = 0x2000;
constexpr uint8_t kGainShift = 11;
constexpr uint8_t kBusAdcShift = 7;
constexpr uint8_t kShuntAdcShift = 3;
constexpr uint16_t kAdcMask = 15;
constexpr uint16_t kModeMask = 7;
constexpr uint16_t kModeTriggered = 3;
constexpr uint16_t kModeShunt = 5;  // continuous, without the bus voltage
constexpr uint16_t kModeContinuous = 7;
constexpr uint16_t kReady = 2;
constexpr uint16_t kOverflow = 1;

// Typical time of one conversion of 9..12 bit, us (7.5); at most 10 % more.
const uint16_t kConversionUs[] PROGMEM = {84, 148, 276, 532};

// Bus errors count so much, good pairs take one off: at 400 kHz this many at most.
constexpr uint8_t kTroubleOfError = 16;
constexpr uint8_t kMostTrouble = 40;

uint8_t trouble;
uint16_t calibration;
// Of the settings in force, for each conversion anew they would take too long.
uint16_t pairTicksNow;
int16_t shuntFull;

I2c readRegister(Register reg, uint16_t& word) {
  const I2c selected = board::writePointer(settings.address, reg);
  return selected == I2c::ok ? board::readWord(settings.address, word) : selected;
}

// At less than 12 bit the next shunt conversion may be over before both registers
// are read, and without a watch in the background at 12 bit, too. Then only a
// conversion that stops by itself holds still for long enough. At 100 kHz likewise.
bool isTriggered() { return settings.bits < 12 || !OWN_DRIVERS || !board::isI2cFast(); }

uint32_t shuntTimeUs() {
  const uint32_t conversionUs = pgm_read_word(&kConversionUs[settings.bits - 9]);
  return conversionUs << settings.averaging;
}

uint16_t configWord() {
  const uint16_t adc = settings.averaging ? 8 | settings.averaging : settings.bits - 9;
  return (settings.rangeV == 32 ? kRange32V : 0) |
         static_cast<uint16_t>(settings.gain) << kGainShift |
         static_cast<uint16_t>(adc << kBusAdcShift | adc << kShuntAdcShift) |
         (isTriggered() ? kModeTriggered : kModeContinuous);
}

// Equation 1, 0.04096 / (currentLsb * shunt), with currentLsb = amax / 2^15
// (equation 2): 0.04096 * 2^15 over the shunt's voltage at amax. 4194 at 320 mV.
uint16_t calibrationWord() {
  const uint32_t word = 1342177280 / effectiveFullScaleUv();
  // Bit 0 is void and reads 0 (8.6.4.1).
  return word > 0xFFFE ? 0xFFFE : static_cast<uint16_t>(word) & 0xFFFE;
}

// Power-on configuration and every one of ours: both converters alike, one of three
// modes. Keeps us from taking another part for the sensor.
bool looksLikeSensor(uint16_t config) {
  const uint16_t mode = config & kModeMask;
  const bool isOurs = mode == kModeContinuous || mode == kModeTriggered || mode == kModeShunt;
  return (config & 0xC000) == 0 && isOurs &&
         (config >> kBusAdcShift & kAdcMask) == (config >> kShuntAdcShift & kAdcMask);
}

// The address set or found last first: there, any answer counts.
I2c find() {
  const uint8_t home = settings.address;
  uint16_t config;
  I2c answer = readRegister(kConfig, config);
  for (uint8_t i = 1; answer == I2c::noAnswer && i < 16; i++) {
    settings.address = 0x40 | ((home + i) & 15);
    answer = readRegister(kConfig, config);
    if (answer == I2c::ok && !looksLikeSensor(config)) answer = I2c::noAnswer;
  }
  if (answer != I2c::ok) settings.address = home;
  return answer;
}

I2c writeAndVerify(Register reg, uint16_t word) {
  I2c result = board::writeWord(settings.address, reg, word);
  uint16_t readBack;
  if (result == I2c::ok) result = readRegister(reg, readBack);
  return result == I2c::ok && readBack != word ? I2c::noAnswer : result;
}

Status statusOf(int16_t shunt, uint16_t bus) {
  // Clipping is in the registers' values, 8.6.3.1; the flag says only that the
  // current or power register has overflown.
  const uint16_t busFull = settings.rangeV == 32 ? 8000 : 4000;
  if (shunt >= shuntFull || shunt <= -shuntFull || bus >> 3 >= busFull) return Status::clipped;
  return bus & kOverflow ? Status::overflow : Status::ok;
}

// Reading the registers takes so long, in us, with what the line takes meanwhile.
constexpr uint16_t kReadingUs = 360;

void watch() {
  const uint32_t pairUs = 2 * shuntTimeUs();
  pairTicksNow = static_cast<uint16_t>(pairUs / 4);
  shuntFull = static_cast<int16_t>(4000 << settings.gain);
  // Parts are up to a tenth faster, and the line takes its part of the time.
  const uint32_t soonestUs = pairUs * 7 / 8;
  uint32_t waitUs = soonestUs > kReadingUs ? soonestUs - kReadingUs : 0;
  if (waitUs > 2000) waitUs = 2000;
  board::startWatch({settings.address,
                     {kBus, kShunt, kPower, kCalibration},
                     kReady,
                     calibration,
                     isTriggered(),
                     kConfig,
                     configWord(),
                     static_cast<uint16_t>(waitUs),
                     settings.averaging != 0});
}

I2c configureAt(bool isFast) {
  board::setI2cFast(isFast);
  I2c result = find();
  calibration = calibrationWord();
  if (result == I2c::ok) result = writeAndVerify(kCalibration, calibration);
  if (result == I2c::ok) result = writeAndVerify(kConfig, configWord());
  return result;
}

// Three transfers in a row, or almost, that failed: the bus is too fast for its wires.
void countError() {
  countUp(health.busErrors);
  trouble += kTroubleOfError;
  if (trouble <= kMostTrouble) return;
  trouble = 0;
  board::setI2cFast(false);
}

}  // namespace

// At 100 kHz it stays, once there, until there is no sensor at that either: a bus
// that is at its limit can give wrong values, too.
I2c start() {
  const bool wasFast = board::isI2cFast();
  I2c result = wasFast ? configureAt(true) : I2c::noAnswer;
  if (result != I2c::ok) {
    result = configureAt(false);
    // Not where it has only just come back.
    if (result == I2c::ok && wasFast && configureAt(true) != I2c::ok) result = configureAt(false);
  }
  if (result == I2c::ok) {
    watch();
  } else {
    board::setI2cFast(true);
    trouble = 0;
  }
  return result;
}

static Poll check(board::Conversion& conversion) {
  switch (board::checkWatch(conversion)) {
    case board::Watched::pending:
      return Poll::pending;
    case board::Watched::noAnswer:
      countError();
      return Poll::noAnswer;
    case board::Watched::stuck:
      countError();
      return Poll::stuck;
    default:
      return Poll::done;
  }
}

#if OWN_DRIVERS
I2c startReadings() {
  const uint16_t config = static_cast<uint16_t>(settings.gain) << kGainShift | kModeShunt;
  const I2c result = writeAndVerify(kConfig, config);
  if (result == I2c::ok) board::startReadings(settings.address, kShunt);
  return result;
}

Poll pollReadings() {
  board::Conversion none;
  return check(none);
}
#endif

bool takeZeroOff(int16_t& shunt) {
  const int32_t current = static_cast<int32_t>(shunt) - settings.zeroCounts;
  shunt = static_cast<int16_t>(current);
  if (shunt == current) return true;
  shunt = current < 0 ? -0x7FFF : 0x7FFF;
  return false;
}

// Shunt and bus are converted in this order; the ready flag rises with the
// second (8.4.2), and from then on the shunt register holds still for as long
// as the next shunt conversion takes. So: bus register first, as it has the
// flag; the shunt register as soon as the flag has risen; then both belong
// together. Reading the power register ends it: that lowers the flag (8.6.3.2),
// so that no pair is given twice. A flag that was up from the beginning may be
// an old one, and the two registers from different pairs: that only has to be
// lowered. After a brown-out the calibration is 0 (8.6.4.1), and so is the power,
// whenever in the sequence that was; all that was read before is then void. Where
// there is no power, the calibration is read to tell the two apart.
Poll poll(Pair& pair) {
  board::Conversion conversion;
  const Poll seen = check(conversion);
  if (seen != Poll::done) return seen;
  I2c result = I2c::ok;
  if (trouble) trouble--;
  uint16_t bus = conversion.bus;
  uint16_t shunt = static_cast<uint16_t>(conversion.shunt);
  Status status = statusOf(conversion.shunt, bus);
  if (bus & board::kSettingsLost) {
    status = Status::sensorReset;
    // The register pointer may have been lost between the reads.
    result = readRegister(kBus, bus);
    if (result == I2c::ok) result = readRegister(kShunt, shunt);
    if (result == I2c::ok) result = start();
    if (result != I2c::ok) return result == I2c::noAnswer ? Poll::noAnswer : Poll::stuck;
  }
  pair.shunt = static_cast<int16_t>(shunt);
  if (!takeZeroOff(pair.shunt) && status < Status::clipped) status = Status::clipped;
  pair.busStatus = (bus & ~7) | static_cast<uint8_t>(status);
  pair.at = conversion.at;
  return status == Status::sensorReset ? Poll::wasReset : Poll::done;
}

uint16_t pairTicks() { return pairTicksNow; }

// Parts are up to a tenth slower; what is converted on demand waits for the bus, and
// may wait for the main program.
uint16_t mostTicksBetween() { return pairTicksNow + pairTicksNow / 2 + (isTriggered() ? 1250 : 0); }

uint16_t timeoutMs() { return static_cast<uint16_t>(shuntTimeUs() >> 8) + 10; }

}  // namespace sensor
