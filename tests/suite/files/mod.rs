//! Rows out of files as offices write them: what is read, and how bad files are refused.

mod cells;
mod given;
mod headers;
mod text;
mod workbooks;
