#include "set_commands.h"

#include "accumulator.h"
#include "alarm.h"
#include "baud_trial.h"
#include "board.h"
#include "burst.h"
#include "outputs.h"
#include "sample_ring.h"
#include "sampler.h"
#include "settings.h"

// What each command sets, once all it says is allowed; false where it is not.
namespace {

bool setInterval() {
  uint32_t intervalMs;
  if (!request.takeWhole(Member::value, 3600000, intervalMs)) return false;
  settings.intervalMs = intervalMs;
  sampler::restartInterval();
  return true;
}

// Unix time: seconds below 1e11, else milliseconds (contract of `ts`, PROTOCOL.md 5.1).
bool setTime() {
  const uint32_t nowMs = board::nowMs();
  const Amount& time = request.amount(Member::value);
  if (request[Member::value].kind != ValueKind::number || time.isTooLarge || time.isNegative ||
      time.whole < 1000000000) {
    return false;
  }
  Context& context = newContext();
  context.hasUnixTime = true;
  context.unixS = time.whole;
  context.unixAtMs = nowMs - static_cast<uint32_t>(time.millionths) / 1000;
  return true;
}

bool setRange() {
  uint8_t power;
  uint8_t gain = settings.gain;
  if (!request.takePower(Member::value, 16, 1, power) ||
      !request.takePower(Member::shuntMv, 40, 3, gain)) {
    return false;
  }
  sampler::endSample();
  settings.rangeV = static_cast<uint8_t>(16 << power);
  settings.gain = gain;
  sampler::settingsChanged();
  return true;
}

bool setAveraging() {
  uint8_t averaging;
  uint8_t bits = 12;
  // The chip averages 12-bit conversions only (SBOS448G table 5).
  if (!request.takePower(Member::value, 1, 7, averaging) ||
      !request.takeByte(Member::bits, 12, bits) || bits < (averaging ? 12 : 9)) {
    return false;
  }
  sampler::endSample();
  settings.averaging = averaging;
  settings.bits = bits;
  sampler::settingsChanged();
  return true;
}

bool setMode() {
  uint8_t isPolled;
  if (!request.takeWord(Member::value, Word::stream, Word::poll, isPolled)) return false;
  sampler::endSample();
  settings.isPolled = isPolled;
  sampler::restartInterval();
  return true;
}

// Once, if it does not say.
bool takeConversions(uint8_t& conversions) {
  conversions = 1;
  return request.takeByte(Member::conversions, 255, conversions) && conversions;
}

bool setThreshold() {
  uint8_t quantity = 0;
  if (request[Member::value].kind == ValueKind::null) {
    settings.quantity = Quantity::none;
  } else {
    int32_t limit;
    if (!request.takeSigned(Member::value, limit)) return false;
    int32_t release = limit - (limit < 0 ? -limit : limit) / 20;
    uint8_t conversions;
    uint8_t whenLost = 0;
    bool isLatched = false;
    if (!request.takeSigned(Member::low, release) || release > limit ||
        !request.takeWord(Member::quantity, Word::current, Word::power, quantity) ||
        !takeConversions(conversions) || !request.takeSwitch(Member::latch, isLatched) ||
        !request.takeWord(Member::lost, Word::off, Word::hold, whenLost)) {
      return false;
    }
    settings.limitMicro = limit;
    settings.releaseMicro = release;
    settings.alarmConversions = conversions;
    settings.isAlarmLatched = isLatched;
    settings.alarmLost = static_cast<AlarmLost>(whenLost);
    settings.quantity = static_cast<Quantity>(quantity + 1);
  }
  alarm::settingsChanged();
  return true;
}

// The charge of before stays what it is.
void useShunt() {
  Context& context = newContext();
  const uint32_t shuntUohm = trueShuntUohm();
  if (context.shuntUohm != shuntUohm) rescaleTotals(context.shuntUohm, shuntUohm);
  context.shuntUohm = shuntUohm;
  context.scale = scaleOf(shuntUohm);
}

// What depends on how many counts an ampere is.
bool scaleChanged() {
  useShunt();
  alarm::settingsChanged();
  outputs::settingsChanged();
  sampler::settingsChanged();
  return true;
}

bool setShunt() {
  uint32_t shuntUohm;
  if (!request.takePositive(Member::value, shuntUohm) || shuntUohm < 100 || shuntUohm > 100000000) {
    return false;
  }
  // The shunt's voltage at full scale: from 20.48 mV, where the calibration
  // register is full (SBOS448G equation 1), to the widest gain.
  const uint32_t mostUa = currentAtUv(320000, shuntUohm);
  uint32_t amaxUa = mostUa;
  if (!request.takePositive(Member::amax, amaxUa) || amaxUa > mostUa ||
      amaxUa < currentAtUv(20480, shuntUohm)) {
    return false;
  }
  sampler::endSample();
  settings.shuntUohm = shuntUohm;
  settings.amaxUa = amaxUa;
  return scaleChanged();
}

// Twice the counts, at most those of a tenth of the widest range.
bool useZero(int16_t doubled) {
  if (doubled > 6400 || doubled < -6400) return false;
  sampler::endSample();
  settings.zeroCounts = doubled / 2;
  return scaleChanged();
}

// To the nearest count, of 10 / shuntUohm A: a half away from 0, then a half towards it.
bool setZero() {
  int32_t zeroUa;
  if (!request.takeSigned(Member::value, zeroUa)) return false;
  const int32_t doubled = countsOf(zeroUa, settings.shuntUohm, 5000000, zeroUa > 0);
  return useZero(doubled > 0x7FFF || doubled < -0x7FFF ? 0x7FFF : static_cast<int16_t>(doubled));
}

bool setGain() {
  uint32_t millionths;
  if (!request.takePositive(Member::value, millionths) || millionths < 500000 || millionths > 2000000) {
    return false;
  }
  sampler::endSample();
  settings.gainMillionths = millionths;
  return scaleChanged();
}

bool setOutput() {
  bool keeps = settings.keepsOutputs;
  const bool isObject = request[Member::value].kind == ValueKind::object;
  if (!request.takeSwitch(Member::keep, keeps) || request.hasOddOutput ||
      (isObject ? !request.outputsNamed
                : request.has(Member::value) || !request.has(Member::keep))) {
    return false;
  }
  settings.keepsOutputs = keeps;
  outputs::set(request.outputsNamed, request.outputsOn);
  return true;
}

bool setCutoff() {
  uint8_t output;
  if (request[Member::value].kind == ValueKind::object) {
    uint8_t conversions;
    int32_t aboveUa;
    if (!request.has(Member::quantity) || !request.has(Member::low) ||
        !request.takeWord(Member::quantity, Word::outputA, Word::outputD, output) ||
        !request.takeSigned(Member::low, aboveUa) || aboveUa < 0 || !takeConversions(conversions)) {
      return false;
    }
    settings.cutoffUa = aboveUa;
    settings.cutoffConversions = conversions;
    settings.cutoffOutput = output + 1;
  } else {
    if (!request.takeWord(Member::value, Word::off, Word::off, output)) return false;
    settings.cutoffOutput = 0;
  }
  outputs::settingsChanged();
  return true;
}

#if HAS_BURST
// Full scale of the widest range.
bool isInRegister(int32_t counts) { return counts <= 32000 && counts >= -32000; }

bool setTrigger() {
  uint8_t isFall = 0;
  if (request[Member::value].kind != ValueKind::object) {
    if (!request.takeWord(Member::value, Word::off, Word::off, isFall)) return false;
    burst::end();
    return true;
  }
  uint8_t prePercent = 25;
  int32_t levelUa;
  // There is no bus voltage, and no time for an alarm, while it is waited for.
  if (settings.quantity != Quantity::none || !request.has(Member::low) ||
      !request.takeSigned(Member::low, levelUa) ||
      !request.takeWord(Member::quantity, Word::rise, Word::fall, isFall) ||
      !request.takeByte(Member::conversions, 90, prePercent)) {
    return false;
  }
  const int32_t level = countsOf(levelUa, trueShuntUohm(), 10000000, !isFall);
  // Also as the register has it, or no reading could pass it.
  if (!isInRegister(level) || !isInRegister(level + settings.zeroCounts)) return false;
  burst::arm(static_cast<int16_t>(level) + settings.zeroCounts, isFall, prePercent);
  return true;
}
#endif

bool setUs() {
  const bool wasInUs = settings.isInUs;
  if (!request.takeSwitch(Member::value, settings.isInUs)) return false;
  if (settings.isInUs != wasInUs) newContext().isInUs = settings.isInUs;
  return true;
}

bool setBaud() {
  uint32_t baud;
  if (!request.takeWhole(Member::value, 1000000, baud) || !board::isBaudPossible(baud)) return false;
  baud_trial::begin(baud);
  return true;
}

bool restoreDefaults() {
  sampler::endSample();
  resetSettings();
  Context& context = newContext();
  context.isInUs = settings.isInUs;
  context.hasUnixTime = false;
  sampler::restartInterval();
  return scaleChanged();
}

bool carryOut() {
  switch (request.command) {
    case Command::setInterval:
      return setInterval();
    case Command::setTime:
      return setTime();
    case Command::setRange:
      return setRange();
    case Command::setAveraging:
      return setAveraging();
    case Command::setMode:
      return setMode();
    case Command::setThreshold:
      return setThreshold();
    case Command::setShunt:
      return setShunt();
    case Command::setBaud:
      return setBaud();
    case Command::setDetail:
      return request.takeSwitch(Member::value, settings.isDetailed);
    case Command::setOutput:
      return setOutput();
    case Command::setCutoff:
      return setCutoff();
    case Command::setUs:
      return setUs();
#if HAS_BURST
    case Command::setTrigger:
      return setTrigger();
#endif
    case Command::setZero:
      return setZero();
    case Command::setGain:
      return setGain();
    default:
      return restoreDefaults();
  }
}

Error errorOf(bool isDone) { return isDone ? Error::none : Error::range; }

}  // namespace

Error setZeroTo(int16_t meanCounts) {
  return errorOf(useZero(meanCounts > 3200 || meanCounts < -3200 ? 0x7FFF : meanCounts * 2));
}

__attribute__((noinline)) Error setByCommand() {
  const Command command = request.command;
  const bool isBurst = command == Command::setTrigger || command == Command::getBurst;
  if (command == Command::unknown || (isBurst && !HAS_BURST)) return Error::unknown;
  const bool needsValue = command >= Command::setInterval || command == Command::setTrigger ||
                          command == Command::setCutoff || command == Command::setBaud;
  return errorOf((request.has(Member::value) || !needsValue) && carryOut());
}
