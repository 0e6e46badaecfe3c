// What operators are told where a restore of the database shows.

export const SET_BACK =
  "the registry was set back to before what isolates run, and they do not follow: selvage registry adopt";
