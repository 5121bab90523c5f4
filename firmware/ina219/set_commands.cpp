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

Error setInterval(const Request& request) {
  uint32_t intervalMs;
  if (!wholeNumber(request[Member::value], 0, 3600000, intervalMs)) return Error::range;
  settings.intervalMs = intervalMs;
  sampler::restartInterval();
  return Error::none;
}

// Unix time: seconds below 1e11, else milliseconds (contract of `ts`, PROTOCOL.md 5.1).
Error setTime(const Request& request) {
  const uint32_t nowMs = momentNow().ms;
  const Amount& time = request[Member::value].amount;
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
  uint32_t rangeV;
  if (!wholeNumber(request[Member::value], 16, 32, rangeV) || (rangeV != 16 && rangeV != 32)) {
    return Error::range;
  }
  uint8_t gain = settings.gain;
  if (request[Member::shuntMv].kind != ValueKind::absent) {
    uint32_t shuntMv;
    if (!wholeNumber(request[Member::shuntMv], 40, 320, shuntMv)) return Error::range;
    for (gain = 0; gain < 4 && 40u << gain != shuntMv;) gain++;
    if (gain == 4) return Error::range;
  }
  sampler::endSample();
  settings.rangeV = static_cast<uint8_t>(rangeV);
  settings.gain = gain;
  sampler::settingsChanged();
  return Error::none;
}

Error setAveraging(const Request& request) {
  uint32_t average;
  uint32_t bits = 12;
  if (!wholeNumber(request[Member::value], 1, 128, average) || (average & (average - 1))) {
    return Error::range;
  }
  if (request[Member::bits].kind != ValueKind::absent && !wholeNumber(request[Member::bits], 9, 12, bits)) {
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
  const Word word = request[Member::value].kind == ValueKind::text ? request[Member::value].word : Word::unknown;
  if (word != Word::stream && word != Word::poll) return Error::range;
  sampler::endSample();
  settings.isPolled = word == Word::poll;
  sampler::restartInterval();
  return Error::none;
}

// False: no number, or more than `most`.
bool toMillionths(const Value& value, uint16_t most, uint32_t& magnitude) {
  const Amount& amount = value.amount;
  if (value.kind != ValueKind::number || amount.isTooLarge || amount.isThousands) return false;
  magnitude = amount.whole * 1000000 + amount.millionths;
  return amount.whole < most || (amount.whole == most && amount.millionths == 0);
}

// A, V or W; 2000 of them fit a setting.
bool toLimit(const Value& value, int32_t& limit) {
  uint32_t magnitude;
  if (!toMillionths(value, 2000, magnitude)) return false;
  limit = static_cast<int32_t>(magnitude);
  if (value.amount.isNegative) limit = -limit;
  return true;
}

Error setThreshold(const Request& request) {
  Quantity quantity = Quantity::none;
  if (request[Member::value].kind != ValueKind::null) {
    int32_t limit;
    if (!toLimit(request[Member::value], limit)) return Error::range;
    const Value& named = request[Member::quantity];
    quantity = Quantity::current;
    if (named.kind == ValueKind::text && named.word == Word::voltage) {
      quantity = Quantity::voltage;
    } else if (named.kind == ValueKind::text && named.word == Word::power) {
      quantity = Quantity::power;
    } else if (named.kind != ValueKind::absent &&
               (named.kind != ValueKind::text || named.word != Word::current)) {
      return Error::range;
    }
    int32_t release = limit - (limit < 0 ? -limit : limit) / 20;
    if (request[Member::low].kind != ValueKind::absent) {
      if (!toLimit(request[Member::low], release) || release > limit) return Error::range;
    }
    settings.limitMicro = limit;
    settings.releaseMicro = release;
  }
  settings.quantity = quantity;
  alarm::settingsChanged();
  return Error::none;
}

// The charge of before stays what it is.
void useShunt() {
  Context& context = newContext();
  if (context.shuntUohm != settings.shuntUohm) {
    rescaleTotals(context.shuntUohm, settings.shuntUohm);
  }
  context.shuntUohm = settings.shuntUohm;
  context.scale = scaleOf(settings.shuntUohm);
}

Error setShunt(const Request& request) {
  uint32_t shuntUohm;
  if (!toMillionths(request[Member::value], 100, shuntUohm) || request[Member::value].amount.isNegative ||
      shuntUohm < 100) {
    return Error::range;
  }
  uint32_t amaxUa = currentAtUv(320000, shuntUohm);
  if (request[Member::amax].kind != ValueKind::absent) {
    // The shunt's voltage at full scale: from 20.48 mV, where the calibration
    // register is full (SBOS448G equation 1), to the widest gain.
    const uint32_t mostUa = amaxUa;
    if (!toMillionths(request[Member::amax], 3200, amaxUa) || request[Member::amax].amount.isNegative ||
        amaxUa > mostUa || amaxUa < currentAtUv(20480, shuntUohm)) {
      return Error::range;
    }
  }
  sampler::endSample();
  settings.shuntUohm = shuntUohm;
  settings.amaxUa = amaxUa;
  useShunt();
  alarm::settingsChanged();
  outputs::settingsChanged();
  sampler::settingsChanged();
  return Error::none;
}

// False: not true or false.
bool toSwitch(const Value& value, bool& isOn) {
  isOn = value.kind == ValueKind::yes;
  return isOn || value.kind == ValueKind::no;
}

Error setDetail(const Request& request) {
  bool isOn;
  if (!toSwitch(request[Member::value], isOn)) return Error::range;
  settings.isDetailed = isOn;
  return Error::none;
}

Error setOutput(const Request& request) {
  if (request[Member::value].kind != ValueKind::object || request.hasOddOutput ||
      !request.outputsNamed) {
    return Error::range;
  }
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
        !toLimit(request[Member::low], aboveUa) || aboveUa < 0) {
      return Error::range;
    }
    if (request[Member::conversions].kind != ValueKind::absent &&
        !wholeNumber(request[Member::conversions], 1, 255, conversions)) {
      return Error::range;
    }
    output = static_cast<uint8_t>(named.word) - static_cast<uint8_t>(Word::outputA) + 1;
    settings.cutoffUa = aboveUa;
    settings.cutoffConversions = static_cast<uint8_t>(conversions);
  } else if (value.kind != ValueKind::text || value.word != Word::off) {
    return Error::range;
  }
  settings.cutoffOutput = output;
  outputs::settingsChanged();
  return Error::none;
}

Error setUs(const Request& request) {
  bool isOn;
  if (!toSwitch(request[Member::value], isOn)) return Error::range;
  if (isOn == settings.isInUs) return Error::none;
  settings.isInUs = isOn;
  newContext().isInUs = isOn;
  return Error::none;
}

Error setBaud(const Request& request) {
  uint32_t baud;
  if (!wholeNumber(request[Member::value], 9600, 1000000, baud) || !board::isBaudPossible(baud)) {
    return Error::range;
  }
  baud_trial::begin(baud);
  return Error::none;
}

Error restoreDefaults() {
  sampler::endSample();
  resetSettings();
  useShunt();
  Context& context = newContext();
  context.isInUs = settings.isInUs;
  context.hasUnixTime = false;
  alarm::settingsChanged();
  outputs::settingsChanged();
  sampler::settingsChanged();
  sampler::restartInterval();
  return Error::none;
}

}  // namespace

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
    case Command::defaults:
      return restoreDefaults();
    default:
      return Error::unknown;
  }
}
