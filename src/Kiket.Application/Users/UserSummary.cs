namespace Kiket.Application.Users;

/// <summary>A user as other resources name one.</summary>
public sealed record UserSummary(long Id, string Name, string Email);
