"""The thinking about reviews: state tables, routing, decisions and what follows from them; pure."""
