//! Pages that are on their way while the one before is read and stored: where candles follow each other without a hole,
//! the next question is known before its turn comes.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use market::{Candle, Timeframe};

use crate::{ExchangeError, Page, Question};

/// Pages on their way beside the one that is waited for, at most.
const MOST_AHEAD: usize = 3;

/// The answer to a question, on its way.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Page, ExchangeError>> + Send + 'a>>;

/// Asks questions, and those that will probably follow.
pub(crate) struct Ahead<'a, F: Fn(Question) -> Answer<'a>> {
    ask: F,
    timeframe: Timeframe,
    /// A page that ends with a candle from here on is followed by one that begins with the same candle.
    young_ms: i64,
    asked: VecDeque<Question>,
    answers: FuturesOrdered<Answer<'a>>,
    /// Questions to be ahead by now: none after a hole, and with each guess that was right one more.
    width: usize,
    /// Candles on the longest page so far.
    page: usize,
}

impl<'a, F: Fn(Question) -> Answer<'a>> Ahead<'a, F> {
    /// Puts questions about candles of `timeframe` with `ask`. They are young from `young_ms` on.
    pub(crate) fn new(timeframe: Timeframe, young_ms: i64, ask: F) -> Self {
        Ahead { ask, timeframe, young_ms, asked: VecDeque::new(), answers: FuturesOrdered::new(), width: 0, page: 0 }
    }

    /// The answer to `question`. What was asked in vain is given up: its answer proves nothing.
    pub(crate) async fn answer(&mut self, question: Question) -> Result<Page, ExchangeError> {
        let was_ahead = self.asked.front() == Some(&question);
        if was_ahead {
            self.width = MOST_AHEAD.min(self.width + 1);
        } else {
            self.begin_with(question);
        }
        while self.asked.len() <= self.width
            && let Some(next) = self.asked.back().and_then(|last| self.following(*last))
        {
            self.put(next);
        }
        let mut answer = self.answers.next().await.expect("a question was put");
        if was_ahead && matches!(answer, Err(ExchangeError::Timeout { .. } | ExchangeError::Unreachable { .. })) {
            // Its time was running while the page before was stored, which may take long.
            self.begin_with(question);
            answer = self.answers.next().await.expect("a question was put");
        }
        self.asked.pop_front();
        self.learn(question, answer.as_ref().map_or(&[], |page| &page.candles));
        answer
    }

    /// Puts `question`, and gives up what else was asked.
    fn begin_with(&mut self, question: Question) {
        (self.asked, self.answers) = (VecDeque::new(), FuturesOrdered::new());
        self.put(question);
    }

    fn put(&mut self, question: Question) {
        self.asked.push_back(question);
        self.answers.push_back((self.ask)(question));
    }

    /// The question after `question`, where its answer is a whole page without a hole.
    fn following(&self, question: Question) -> Option<Question> {
        let Question::Page { since_ms, until_ms } = question else { return None };
        let end_ms = self.end_of_page(since_ms)?;
        let last_ms = end_ms - self.timeframe.longest_ms();
        let since_ms = if last_ms >= self.young_ms { last_ms } else { end_ms };
        (since_ms < until_ms).then_some(Question::Page { since_ms, until_ms })
    }

    /// Where a page ends that begins at `since_ms`. Months differ in length, and never fill a page.
    fn end_of_page(&self, since_ms: i64) -> Option<i64> {
        let count = i64::try_from(self.page).ok().filter(|count| *count > 0 && self.timeframe != Timeframe::Month1)?;
        since_ms.checked_add(count.checked_mul(self.timeframe.longest_ms())?)
    }

    fn learn(&mut self, question: Question, rows: &[Candle]) {
        let Question::Page { since_ms, .. } = question else { return };
        self.page = self.page.max(rows.len());
        let last_ms = rows.last().map(|last| self.timeframe.next_open(last.open_time_ms));
        let is_whole = rows.len() > 1 && last_ms == self.end_of_page(since_ms);
        self.width = if is_whole { self.width.max(1) } else { 0 };
    }
}
