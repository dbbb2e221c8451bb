using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>A user as other resources name one.</summary>
internal sealed record UserSummary(UserId Id, string Name, string Email);
