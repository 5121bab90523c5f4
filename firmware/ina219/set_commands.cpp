#include "set_commands.h"

#include "accumulator.h"
#include "alarm.h"
#include "baud_trial.h"
#include "board.h"
#include "moment.h"
#include "outputs.h"
#include "sample_ring.h"
#include "sampler.h"
#include "settings.h"

namespace {

// No number that any member may have: what has to be there is missing.
constexpr uint32_t kMissing = 0xFFFFFFFF;

Error setInterval(const Request& request) {
  uint32_t intervalMs = kMissing;
  if (!request.takeWhole(Member::value, 0, 3600000, intervalMs) || intervalMs == kMissing) {
    return Error::range;
  }
  settings.intervalMs = intervalMs;
  sampler::restartInterval();
  return Error::none;
}

// Unix time: seconds below 1e11, else milliseconds (contract of `ts`, PROTOCOL.md 5.1).
Error setTime(const Request& request) {
  const uint32_t nowMs = momentNow().ms;
  const Amount& time = request.amount(Member::value);
  if (request[Member::value].kind != ValueKind::number || time.isTooLarge || time.isNegative ||
      time.whole < 1000000000) {
    return Error::range;
  }
  Context& context = newContext();
  context.hasUnixTime = true;
  context.unixS = time.whole;
  context.unixAtMs = nowMs - time.millionths / 1000;
  return Error::none;
}

Error setRange(const Request& request) {
  uint32_t rangeV = 0;
  uint32_t shuntMv = shuntFullScaleMv();
  if (!request.takeWhole(Member::value, 16, 32, rangeV) || (rangeV != 16 && rangeV != 32) ||
      !request.takeWhole(Member::shuntMv, 40, 320, shuntMv)) {
    return Error::range;
  }
  uint8_t gain = 0;
  for (; gain < 4 && 40u << gain != shuntMv;) gain++;
  if (gain == 4) return Error::range;
  sampler::endSample();
  settings.rangeV = static_cast<uint8_t>(rangeV);
  settings.gain = gain;
  sampler::settingsChanged();
  return Error::none;
}

Error setAveraging(const Request& request) {
  uint32_t average = 0;
  uint32_t bits = 12;
  if (!request.takeWhole(Member::value, 1, 128, average) || !average || (average & (average - 1)) ||
      !request.takeWhole(Member::bits, 9, 12, bits)) {
    return Error::range;
  }
  // The chip averages 12-bit conversions only (SBOS448G table 5).
  if (average > 1 && bits < 12) return Error::range;
  sampler::endSample();
  settings.averaging = 0;
  while (1u << settings.averaging < average) settings.averaging++;
  settings.bits = static_cast<uint8_t>(bits);
  sampler::settingsChanged();
  return Error::none;
}

Error setMode(const Request& request) {
  const Value& value = request[Member::value];
  const bool isPolled = value.isText(Word::poll);
  if (!isPolled && !value.isText(Word::stream)) return Error::range;
  sampler::endSample();
  settings.isPolled = isPolled;
  sampler::restartInterval();
  return Error::none;
}

// False: no number, or more than `most`.
bool toMillionths(const Request& request, Member member, uint16_t most, uint32_t& magnitude) {
  const Amount& amount = request.amount(member);
  if (request[member].kind != ValueKind::number || amount.isTooLarge || amount.isThousands) return false;
  magnitude = amount.whole * 1000000 + amount.millionths;
  return amount.whole < most || (amount.whole == most && amount.millionths == 0);
}

// A, V or W; 2000 of them fit a setting.
bool toLimit(const Request& request, Member member, int32_t& limit) {
  uint32_t magnitude;
  if (!toMillionths(request, member, 2000, magnitude)) return false;
  limit = static_cast<int32_t>(magnitude);
  if (request.amount(member).isNegative) limit = -limit;
  return true;
}

Error setThreshold(const Request& request) {
  Quantity quantity = Quantity::none;
  if (request[Member::value].kind != ValueKind::null) {
    int32_t limit;
    if (!toLimit(request, Member::value, limit)) return Error::range;
    const Value& named = request[Member::quantity];
    if (named.isText(Word::voltage)) {
      quantity = Quantity::voltage;
    } else if (named.isText(Word::power)) {
      quantity = Quantity::power;
    } else if (!request.has(Member::quantity) || named.isText(Word::current)) {
      quantity = Quantity::current;
    } else {
      return Error::range;
    }
    int32_t release = limit - (limit < 0 ? -limit : limit) / 20;
    if (request.has(Member::low) &&
        (!toLimit(request, Member::low, release) || release > limit)) {
      return Error::range;
    }
    uint32_t conversions = 1;
    bool isLatched = false;
    if (!request.takeWhole(Member::conversions, 1, 255, conversions) ||
        !request.takeSwitch(Member::latch, isLatched)) {
      return Error::range;
    }
    const Value& lost = request[Member::lost];
    AlarmLost whenLost = AlarmLost::off;
    if (lost.isText(Word::on)) {
      whenLost = AlarmLost::on;
    } else if (lost.isText(Word::hold)) {
      whenLost = AlarmLost::hold;
    } else if (request.has(Member::lost) && !lost.isText(Word::off)) {
      return Error::range;
    }
    settings.limitMicro = limit;
    settings.releaseMicro = release;
    settings.alarmConversions = static_cast<uint8_t>(conversions);
    settings.isAlarmLatched = isLatched;
    settings.alarmLost = whenLost;
  }
  settings.quantity = quantity;
  alarm::settingsChanged();
  return Error::none;
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
void scaleChanged() {
  useShunt();
  alarm::settingsChanged();
  outputs::settingsChanged();
  sampler::settingsChanged();
}

Error setShunt(const Request& request) {
  uint32_t shuntUohm;
  if (!toMillionths(request, Member::value, 100, shuntUohm) ||
      request.amount(Member::value).isNegative || shuntUohm < 100) {
    return Error::range;
  }
  uint32_t amaxUa = currentAtUv(320000, shuntUohm);
  if (request.has(Member::amax)) {
    // The shunt's voltage at full scale: from 20.48 mV, where the calibration
    // register is full (SBOS448G equation 1), to the widest gain.
    const uint32_t mostUa = amaxUa;
    if (!toMillionths(request, Member::amax, 3200, amaxUa) ||
        request.amount(Member::amax).isNegative || amaxUa > mostUa ||
        amaxUa < currentAtUv(20480, shuntUohm)) {
      return Error::range;
    }
  }
  sampler::endSample();
  settings.shuntUohm = shuntUohm;
  settings.amaxUa = amaxUa;
  scaleChanged();
  return Error::none;
}

// Twice the counts, at most those of a tenth of the widest range.
Error useZero(int16_t doubled) {
  if (doubled > 6400 || doubled < -6400) return Error::range;
  sampler::endSample();
  settings.zeroCounts = doubled / 2;
  scaleChanged();
  return Error::none;
}

// To the nearest count, of 10 / shuntUohm A: a half away from 0, then a half towards it.
Error setZero(const Request& request) {
  int32_t zeroUa;
  if (!toLimit(request, Member::value, zeroUa)) return Error::range;
  const int32_t doubled = countsOf(zeroUa, settings.shuntUohm, 5000000, zeroUa > 0);
  return useZero(doubled > 0x7FFF || doubled < -0x7FFF ? 0x7FFF : static_cast<int16_t>(doubled));
}

Error setGain(const Request& request) {
  uint32_t millionths;
  if (!toMillionths(request, Member::value, 2, millionths) ||
      request.amount(Member::value).isNegative || millionths < 500000) {
    return Error::range;
  }
  sampler::endSample();
  settings.gainMillionths = millionths;
  scaleChanged();
  return Error::none;
}

// False: `value` is neither true nor false, or missing.
bool toSwitch(const Request& request, bool& isOn) {
  return request.has(Member::value) && request.takeSwitch(Member::value, isOn);
}

Error setDetail(const Request& request) {
  bool isOn;
  if (!toSwitch(request, isOn)) return Error::range;
  settings.isDetailed = isOn;
  return Error::none;
}

Error setOutput(const Request& request) {
  bool keeps = settings.keepsOutputs;
  const bool isObject = request[Member::value].kind == ValueKind::object;
  if (!request.takeSwitch(Member::keep, keeps) || request.hasOddOutput ||
      (isObject ? !request.outputsNamed
                : request.has(Member::value) || !request.has(Member::keep))) {
    return Error::range;
  }
  settings.keepsOutputs = keeps;
  outputs::set(request.outputsNamed, request.outputsOn);
  return Error::none;
}

Error setCutoff(const Request& request) {
  const Value& value = request[Member::value];
  uint8_t output = 0;
  if (value.kind == ValueKind::object) {
    const Value& named = request[Member::quantity];
    uint32_t conversions = 1;
    int32_t aboveUa;
    if (named.kind != ValueKind::text || named.word < Word::outputA || named.word > Word::outputD ||
        !toLimit(request, Member::low, aboveUa) || aboveUa < 0 ||
        !request.takeWhole(Member::conversions, 1, 255, conversions)) {
      return Error::range;
    }
    output = static_cast<uint8_t>(named.word) - static_cast<uint8_t>(Word::outputA) + 1;
    settings.cutoffUa = aboveUa;
    settings.cutoffConversions = static_cast<uint8_t>(conversions);
  } else if (!value.isText(Word::off)) {
    return Error::range;
  }
  settings.cutoffOutput = output;
  outputs::settingsChanged();
  return Error::none;
}

Error setUs(const Request& request) {
  bool isOn;
  if (!toSwitch(request, isOn)) return Error::range;
  if (isOn == settings.isInUs) return Error::none;
  settings.isInUs = isOn;
  newContext().isInUs = isOn;
  return Error::none;
}

Error setBaud(const Request& request) {
  uint32_t baud = 0;
  if (!request.takeWhole(Member::value, 9600, 1000000, baud) || !board::isBaudPossible(baud)) {
    return Error::range;
  }
  baud_trial::begin(baud);
  return Error::none;
}

Error restoreDefaults() {
  sampler::endSample();
  resetSettings();
  Context& context = newContext();
  context.isInUs = settings.isInUs;
  context.hasUnixTime = false;
  scaleChanged();
  sampler::restartInterval();
  return Error::none;
}

}  // namespace

Error setZeroTo(int16_t meanCounts) {
  return useZero(meanCounts > 3200 || meanCounts < -3200 ? 0x7FFF : meanCounts * 2);
}

__attribute__((noinline)) Error setByCommand(const Request& request) {
  switch (request.command) {
    case Command::setInterval:
      return setInterval(request);
    case Command::setTime:
      return setTime(request);
    case Command::setRange:
      return setRange(request);
    case Command::setAveraging:
      return setAveraging(request);
    case Command::setMode:
      return setMode(request);
    case Command::setThreshold:
      return setThreshold(request);
    case Command::setShunt:
      return setShunt(request);
    case Command::setBaud:
      return setBaud(request);
    case Command::setDetail:
      return setDetail(request);
    case Command::setOutput:
      return setOutput(request);
    case Command::setCutoff:
      return setCutoff(request);
    case Command::setUs:
      return setUs(request);
    case Command::setZero:
      return setZero(request);
    case Command::setGain:
      return setGain(request);
    case Command::defaults:
      return restoreDefaults();
    default:
      return Error::unknown;
  }
}
