namespace Kiket.Application.Users;

/// <summary>A user as other resources name one.</summary>
internal sealed record UserSummary(long Id, string Name, string Email);
