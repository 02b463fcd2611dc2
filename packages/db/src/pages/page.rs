//! One page of the tree of a table `WITHOUT ROWID`: cells with a row each, in the order of the key; on inner pages the
//! rows between two cells are on a page of their own.

use super::Unexpected;

/// First byte of a page whose cells have pages between them, and of one that has none.
const INNER: u8 = 0x02;
const LEAF: u8 = 0x0a;
/// Where the places of the cells begin.
const INNER_HEADER: usize = 12;
const LEAF_HEADER: usize = 8;

/// A page, its cells numbered from 0.
#[derive(Debug)]
pub(super) struct Page {
    bytes: Vec<u8>,
    /// How many bytes at the front are SQLite's; behind them are those of extensions.
    usable: usize,
    is_inner: bool,
    cells: usize,
}

impl Page {
    pub(super) fn new(bytes: Vec<u8>, usable: usize) -> Result<Self, Unexpected> {
        let is_inner = match bytes.first() {
            Some(&INNER) => true,
            Some(&LEAF) => false,
            _ => return Err(Unexpected),
        };
        let cells = u16_at(&bytes, 3)?;
        Ok(Page { bytes, usable, is_inner, cells })
    }

    pub(super) fn cells(&self) -> usize {
        self.cells
    }

    /// The page with the rows before cell `index`; behind the last cell, with those after it. None on a leaf.
    pub(super) fn child(&self, index: usize) -> Result<Option<u32>, Unexpected> {
        if !self.is_inner {
            return Ok(None);
        }
        let at = if index == self.cells { LEAF_HEADER } else { self.cell(index)? };
        u32_at(&self.bytes, at).map(Some)
    }

    /// The row in cell `index`.
    pub(super) fn record(&self, index: usize) -> Result<&[u8], Unexpected> {
        let at = self.cell(index)? + if self.is_inner { 4 } else { 0 };
        let mut rest = self.bytes.get(at..self.usable).ok_or(Unexpected)?;
        let length = usize::try_from(varint(&mut rest)?).map_err(|_| Unexpected)?;
        if length > self.most_in_page() {
            return Err(Unexpected);
        }
        rest.get(..length).ok_or(Unexpected)
    }

    /// The first cell for which `is_before` does not hold.
    pub(super) fn first_not(&self, is_before: impl Fn(&[u8]) -> Result<bool, Unexpected>) -> Result<usize, Unexpected> {
        let (mut low, mut high) = (0, self.cells);
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_before(self.record(middle)?)? { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    fn cell(&self, index: usize) -> Result<usize, Unexpected> {
        let header = if self.is_inner { INNER_HEADER } else { LEAF_HEADER };
        u16_at(&self.bytes, header + 2 * index)
    }

    /// The longest row that is not continued on other pages.
    fn most_in_page(&self) -> usize {
        (self.usable - 12) * 64 / 255 - 23
    }
}

/// The number of one to nine bytes at the front of `bytes`, seven bits in each but the ninth; takes them off.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, Unexpected> {
    let mut value = 0;
    for count in 1..=9 {
        let (&byte, rest) = bytes.split_first().ok_or(Unexpected)?;
        *bytes = rest;
        if count == 9 {
            return Ok(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            break;
        }
    }
    Ok(value)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, Unexpected> {
    let two = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Unexpected)?;
    Ok(usize::from(u16::from_be_bytes(*two)))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Unexpected> {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Unexpected)?;
    Ok(u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<(u64, usize)>) {
        let mut rest = bytes;
        let read = varint(&mut rest).ok().map(|value| (value, rest.len()));
        assert_eq!(read, expected);
    }

    #[test]
    fn numbers_of_as_many_bytes_as_they_need() {
        check(&[0], Some((0, 0)));
        check(&[0x7f, 5], Some((127, 1)));
        check(&[0x81, 0x00], Some((128, 0)));
        check(&[0xff, 0x7f], Some((16_383, 0)));
        check(&[0xff; 9], Some((u64::MAX, 0)));
        check(&[0x80, 0x80], None);
        check(&[], None);
    }

    #[test]
    fn what_is_no_page_of_such_a_table_is_not_read() {
        assert!(Page::new(Vec::new(), 0).is_err());
        assert!(Page::new(vec![0x0d; 512], 512).is_err(), "a leaf of a table with row numbers");
        let all_set = Page::new([vec![LEAF], vec![0xff; 511]].concat(), 512).unwrap();
        assert!(all_set.record(0).is_err());
        assert!(all_set.record(usize::from(u16::MAX)).is_err());
    }
}
