#include "commands.h"

#include "baud_trial.h"
#include "board.h"
#include "burst.h"
#include "line_reader.h"
#include "outbox.h"
#include "sampler.h"
#include "set_commands.h"
#include "settings.h"

namespace commands {

namespace {

// The last commands carried out, and what was answered. The host has one under
// way at a time; four are plenty.
struct Answer {
  bool isUsed;
  uint32_t number;
  Error error;
};

Answer answers[4];
uint8_t nextAnswer;

// A command that takes a while: its answer follows.
enum class Work : uint8_t { none, reading, saving, zeroing };
Work work = Work::none;
uint32_t workNumber;

const Answer* findAnswer(uint32_t number) {
  for (const Answer& answer : answers) {
    if (answer.isUsed && answer.number == number) return &answer;
  }
  return nullptr;
}

void answer(Error error) {
  answers[nextAnswer] = {true, request.number, error};
  nextAnswer = (nextAnswer + 1) % (sizeof answers / sizeof answers[0]);
  outbox::reply(error);
}

void startWork(Work kind) {
  work = kind;
  workNumber = request.number;
}

void save() {
  switch (startSaving()) {
    case Saving::started:
      startWork(Work::saving);
      break;
    case Saving::alreadySaved:
      answer(Error::none);
      break;
    case Saving::tooOften:
      // Not remembered: the same command may be repeated later.
      outbox::reply(Error::wear);
      break;
  }
}

void obey() {
  if (work != Work::none) {
    // The repeat of the command under way is answered when that is done.
    if (request.number != workNumber) outbox::reply(Error::busy);
    return;
  }
  if (burst::isOn() && request.command >= Command::read && request.command != Command::unknown) {
    outbox::reply(Error::busy);
    return;
  }
  // Harmless to repeat, and the answer is more than a word.
  switch (request.command) {
    case Command::hello:
      outbox::hello();
      outbox::reply(Error::none);
      return;
    case Command::selfTest:
      outbox::note(Note::selfTest);
      outbox::reply(Error::none, true);
      return;
    case Command::getBurst:
      if (!HAS_BURST) break;
      outbox::reply(burst::repeat() ? Error::none : Error::range);
      return;
    case Command::read:
      sampler::requestRead();
      startWork(Work::reading);
      return;
    default:
      break;
  }
  if (const Answer* known = findAnswer(request.number)) {
    outbox::reply(known->error);
  } else if (request.command == Command::save) {
    save();
  } else if (request.command == Command::setZero && !request.has(Member::value)) {
    sampler::measureZero();
    startWork(Work::zeroing);
  } else {
    answer(setByCommand());
  }
}

// The commands were carried out, but that is over: a repeat has to be obeyed.
__attribute__((noinline)) void endTrial() {
  for (Answer& answer : answers) answer.isUsed = false;
  outbox::hello();
}

__attribute__((noinline)) void receive() {
  const bool isUnderstood = request.kind != Request::Kind::bad && request.kind != Request::Kind::empty;
  if (isUnderstood) baud_trial::heard();
  switch (request.kind) {
    case Request::Kind::command:
      obey();
      break;
    case Request::Kind::replay:
      outbox::replay(request.first, request.last);
      break;
    case Request::Kind::bad:
      outbox::reply(request.error);
      break;
    default:
      break;
  }
}

// Not one function, nor what it calls: each has its part of the stack for itself.
__attribute__((noinline)) bool readLine() {
  for (int16_t byte = board::readByte(); byte >= 0; byte = board::readByte()) {
    if (reader::read(static_cast<uint8_t>(byte))) return true;
  }
  return false;
}

__attribute__((noinline)) void finishWork() {
  const Work done = work;
  switch (done) {
    case Work::reading:
      if (!sampler::isReadDone()) return;
      break;
    case Work::saving:
      if (!continueSaving()) return;
      break;
    case Work::zeroing:
      if (sampler::zero() == sampler::Zero::pending) return;
      break;
    default:
      return;
  }
  work = Work::none;
  // Others may have been refused meanwhile.
  request.hasNumber = true;
  request.number = workNumber;
  if (done == Work::reading) {
    outbox::reply(Error::none, true);
  } else if (done == Work::saving) {
    answer(Error::none);
  } else {
    const bool isLost = sampler::zero() == sampler::Zero::lost;
    answer(isLost ? Error::sensor : setZeroTo(sampler::zeroCounts()));
  }
}

}  // namespace

__attribute__((noinline)) void step() {
  // An answer at a time; what comes in meanwhile waits in the receive buffer.
  if (!outbox::isReplied()) return;
  if (baud_trial::isLost()) endTrial();
  finishWork();
  if (!outbox::isReplied()) return;
  if (readLine()) receive();
}

}  // namespace commands
