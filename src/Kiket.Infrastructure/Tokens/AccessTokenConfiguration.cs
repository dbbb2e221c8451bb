using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Tokens;

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.IsAggregate();
        builder.Property(t => t.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(t => t.Name).HasMaxCharacters(AccessToken.MaxNameLength);
        builder.Property(t => t.Hash).HasMaxLength(64);
        builder.Property(t => t.Prefix).HasMaxLength(16);
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.HasIndex(t => new
        {
            t.OrganizationId,
            t.Kind,
            t.UserId,
        });
        builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
    }
}
