// What operators may be, from the least to the most: each may do what those before it may. Apart from what the admin
// API says of them, which needs its schemas.

export const roles = ["viewer", "operator", "admin"] as const;
